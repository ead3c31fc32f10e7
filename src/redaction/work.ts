/**
 * Something that is done in steps: it yields where it may be interrupted, and yields a promise where it has to wait for
 * one, whose value it then gets.
 */
export type Work<T> = Generator<Promise<unknown> | undefined, T, unknown>

export interface Slices {
  /** Resolves in a later turn of the event loop. */
  pause: () => Promise<void>
  now: () => number
}

/** A step takes two at the most, so that with it a slice stays under 20 ms. */
const SLICE_MS = 8

/** Does the work, and lets others have their turn between slices of it. */
export async function inSlices<T>(work: Work<T>, { pause, now }: Slices): Promise<T> {
  let started = now()
  let answer: unknown
  for (;;) {
    const step = work.next(answer)
    if (step.done) return step.value
    answer = step.value === undefined ? undefined : await step.value
    if (now() - started >= SLICE_MS) {
      await pause()
      started = now()
    }
  }
}
