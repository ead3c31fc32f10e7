/** Works on all values, on at most `limit` of them at a time. Contract: `work` must not throw. */
export async function forEachAtMost<T>(
  limit: number,
  values: Iterable<T>,
  work: (value: T) => Promise<void>,
): Promise<void> {
  const iterator = values[Symbol.iterator]()
  async function lane(): Promise<void> {
    for (let next = iterator.next(); !next.done; next = iterator.next()) await work(next.value)
  }
  await Promise.all(Array.from({ length: limit }, lane))
}
