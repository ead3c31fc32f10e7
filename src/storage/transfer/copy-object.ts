import { createHash } from "node:crypto"
import { type BlobStore, StorageError } from "../../shares/ports.ts"

/** An object as it was carried over and found again. */
export interface CopiedObject {
  bytes: number
  /** Lower-case hex. */
  sha256: string
  /** What the target says of it. */
  version: string
}

const TRIES = 3

/**
 * Copies one object and makes sure that the target has the same bytes: by its own word, where an ETag is the MD5 of what it
 * took, or by reading them back. Undefined when the source has none. Throws when they differ time and again.
 */
export async function copyObject(
  key: string,
  { from, to, signal }: { from: BlobStore; to: BlobStore; signal?: AbortSignal | undefined },
): Promise<CopiedObject | undefined> {
  for (let tries = 1; ; tries++) {
    signal?.throwIfAborted()
    try {
      const body = await from.get(key)
      if (!body) return undefined
      const sums = { sha256: createHash("sha256"), md5: createHash("md5"), bytes: 0 }
      await to.put(key, summed(body, sums, signal))
      const [sha256, md5] = [sums.sha256.digest("hex"), sums.md5.digest("hex")]
      const stored = await to.head(key)
      const same =
        stored?.size === sums.bytes && (stored.version === md5 || (await digest(to, key)) === sha256)
      if (stored && same) return { bytes: sums.bytes, sha256, version: stored.version }
      throw new StorageError("transfer", {
        retryable: true,
        cause: new Error(`${key} was put, and is not what was put`),
      })
    } catch (error) {
      if (tries === TRIES || !(error instanceof StorageError && error.retryable)) throw error
    }
  }
}

/** SHA-256 of what is there, in lower-case hex; undefined when nothing is. */
export async function digest(store: BlobStore, key: string): Promise<string | undefined> {
  const body = await store.get(key)
  if (!body) return undefined
  const sum = createHash("sha256")
  for await (const chunk of body) sum.update(chunk)
  return sum.digest("hex")
}

async function* summed(
  body: AsyncIterable<Uint8Array>,
  sums: { sha256: ReturnType<typeof createHash>; md5: ReturnType<typeof createHash>; bytes: number },
  signal: AbortSignal | undefined,
): AsyncIterable<Uint8Array> {
  for await (const chunk of body) {
    signal?.throwIfAborted()
    sums.sha256.update(chunk)
    sums.md5.update(chunk)
    sums.bytes += chunk.byteLength
    yield chunk
  }
}
