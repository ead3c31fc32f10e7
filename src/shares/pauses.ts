/** After so many milliseconds of work, others get their turn. */
export const SLICE_MS = 15

/** What takes long on one thread awaits this between its steps: it resolves at once unless it is others' turn. */
export function createPauses(): () => Promise<void> | undefined {
  let sliceStart = performance.now()
  return () => {
    if (performance.now() - sliceStart < SLICE_MS) return undefined
    return new Promise((resolve) => {
      setTimeout(() => {
        sliceStart = performance.now()
        resolve()
      }, 0)
    })
  }
}
