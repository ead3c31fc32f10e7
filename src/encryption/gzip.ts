import { SealError } from "./seal-error.ts"

/** Gzip, as it is the one compression that every browser can undo by itself. */
export async function gzip(content: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([content]).stream().pipeThrough(new CompressionStream("gzip"))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

/** Throws `format` for what is no gzip, and for what unpacks to more than `most` bytes, before it is in memory. */
export async function gunzip(
  packed: Uint8Array<ArrayBuffer>,
  most: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let size = 0
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip")).getReader()
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw new SealError("format", "What was sealed is not gzip.", { cause })
    })
    if (done) break
    size += value.byteLength
    if (size > most) {
      reader.cancel().catch(() => {})
      throw new SealError("format", `What was sealed unpacks to more than ${most} bytes.`)
    }
    chunks.push(value)
  }
  const content = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    content.set(chunk, at)
    at += chunk.byteLength
  }
  return content
}
