/** Less than a frame, so that typing stays smooth. Milliseconds. */
const SLICE_MS = 8

/** Lets the page have its turn between pieces of long work, and costs nothing while a turn is not over. */
export function createPause(): () => Promise<void> | undefined {
  let started = performance.now()
  return () => {
    if (performance.now() - started < SLICE_MS) return undefined
    return new Promise((resolve) => {
      setTimeout(() => {
        started = performance.now()
        resolve()
      }, 0)
    })
  }
}
