/** Does `work` with the numbers from 0 to `count`, `atOnce` of them at a time. */
export async function inRows(
  count: number,
  atOnce: number,
  work: (number: number) => Promise<unknown>,
): Promise<void> {
  let next = 0
  async function row(): Promise<void> {
    while (next < count) await work(next++)
  }
  await Promise.all(Array.from({ length: Math.min(count, atOnce) }, row))
}
