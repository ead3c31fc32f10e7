/**
 * The bytes of `source` in pieces of exactly `size`, the last one smaller (and alone, it may be empty). Holds one
 * piece at a time.
 */
export async function* inParts(source: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = []
  let bytes = 0
  let any = false
  for await (const chunk of source) {
    for (let rest = chunk; rest.byteLength > 0; ) {
      const taken = rest.subarray(0, size - bytes)
      rest = rest.subarray(taken.byteLength)
      held.push(taken)
      bytes += taken.byteLength
      if (bytes < size) continue
      const part = concat(held, bytes)
      held = []
      bytes = 0
      any = true
      yield part
    }
  }
  if (bytes > 0 || !any) yield concat(held, bytes)
}

function concat(chunks: readonly Uint8Array[], bytes: number): Uint8Array {
  const [only, second] = chunks
  if (only && !second) return only
  const whole = new Uint8Array(bytes)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.byteLength
  }
  return whole
}
