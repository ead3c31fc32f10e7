/** An iterable whose beginning can be taken in before its turn to be worked on comes. */
export interface ReadAhead<T> {
  /** What was taken in so far. */
  readonly held: readonly T[]
  /** Whether the source has ended. */
  readonly done: boolean
  /** Takes in until `weight` is reached or the source ends. Throws what the source throws. */
  fill(weight: number): Promise<void>
  /** Everything: what is held, then the rest of the source. To be read once. */
  all(): AsyncIterable<T>
}

export function readAhead<T>(source: AsyncIterable<T>, weigh: (value: T) => number): ReadAhead<T> {
  const iterator = source[Symbol.asyncIterator]()
  const held: T[] = []
  let done = false
  return {
    held,
    get done() {
      return done
    },
    async fill(weight) {
      let taken = 0
      while (!done && taken < weight) {
        const next = await iterator.next()
        if (next.done) {
          done = true
          return
        }
        held.push(next.value)
        taken += weigh(next.value)
      }
    },
    async *all() {
      try {
        for (let value = held.shift(); value !== undefined; value = held.shift()) yield value
        while (!done) {
          const next = await iterator.next()
          if (next.done) return
          yield next.value
        }
      } finally {
        await iterator.return?.()
      }
    },
  }
}
