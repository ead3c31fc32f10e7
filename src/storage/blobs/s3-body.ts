import { StorageError } from "../../shares/ports.ts"

/**
 * An object's bytes as they arrive. Throws a StorageError when the connection breaks, when nothing comes for `idleMs`,
 * or when fewer bytes come than were announced: what ends, is whole. Whoever stops early hangs up.
 */
export async function* readS3Body(response: Response, idleMs: number): AsyncIterable<Uint8Array> {
  const reader = response.body?.getReader()
  if (!reader) return
  const announced = response.headers.get("content-length")
  let bytes = 0
  let ended = false
  try {
    for (;;) {
      const { done, value } = await withinTime(reader.read(), idleMs)
      if (done) break
      bytes += value.byteLength
      yield value
    }
    if (announced !== null && bytes !== Number(announced)) {
      throw new StorageError("blobs.get", {
        retryable: true,
        cause: new Error(`${bytes} bytes came of ${announced}`),
      })
    }
    ended = true
  } finally {
    // Not waited for: the connection may be what hangs.
    if (!ended) reader.cancel().catch(() => {})
  }
}

async function withinTime<T>(read: Promise<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing came for ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([read, late])
  } catch (cause) {
    throw new StorageError("blobs.get", { retryable: true, cause })
  } finally {
    clearTimeout(timer)
  }
}
