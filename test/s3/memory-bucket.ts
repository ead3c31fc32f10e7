import { createHash, randomUUID } from "node:crypto"
import { Refusal } from "./refusal.ts"

export interface StoredObject {
  body: Buffer
  /** With its quotes. */
  etag: string
  headers: Record<string, string>
  modified: Date
}

export interface MultipartUpload {
  id: string
  key: string
  headers: Record<string, string>
  begun: Date
  parts: Map<number, { body: Buffer; etag: string }>
}

/** "5 MB to 5 GB. There is no minimum size limit on the last part": …/userguide/qfacts.html */
const SMALLEST_PART = 5 * 1024 * 1024

export type MemoryBucket = ReturnType<typeof createMemoryBucket>

/** A bucket's content and the rules that hold for it. */
export function createMemoryBucket({ now }: { now: () => number }) {
  const objects = new Map<string, StoredObject>()
  const uploads = new Map<string, MultipartUpload>()

  function put(
    key: string,
    { body, headers, onlyNew }: { body: Buffer; headers: Record<string, string>; onlyNew: boolean },
  ): StoredObject {
    if (onlyNew && objects.has(key)) throw new Refusal(412, "PreconditionFailed")
    const stored = { body, etag: etagOf(body), headers, modified: new Date(now()) }
    objects.set(key, stored)
    return stored
  }

  function upload(key: string, id: string): MultipartUpload {
    const found = uploads.get(id)
    if (!found || found.key !== key) throw new Refusal(404, "NoSuchUpload")
    return found
  }

  return {
    objects,
    uploads,
    /** What the bucket says of itself; it keeps none. */
    versioned: false,
    put,

    begin(key: string, headers: Record<string, string>): MultipartUpload {
      const begun = { id: randomUUID(), key, headers, begun: new Date(now()), parts: new Map() }
      uploads.set(begun.id, begun)
      return begun
    },

    putPart(key: string, id: string, { number, body }: { number: number; body: Buffer }): string {
      if (!Number.isInteger(number) || number < 1 || number > 10_000)
        throw new Refusal(400, "InvalidArgument")
      const etag = etagOf(body)
      upload(key, id).parts.set(number, { body, etag })
      return etag
    },

    complete(key: string, id: string, wanted: { number: number; etag: string }[]): StoredObject {
      const { parts, headers } = upload(key, id)
      const bodies = wanted.map(({ number, etag }, i) => {
        const part = parts.get(number)
        if (!part || part.etag.replaceAll('"', "") !== etag.replaceAll('"', "")) {
          throw new Refusal(400, "InvalidPart")
        }
        if (i > 0 && number <= (wanted[i - 1]?.number ?? 0)) throw new Refusal(400, "InvalidPartOrder")
        if (i < wanted.length - 1 && part.body.length < SMALLEST_PART)
          throw new Refusal(400, "EntityTooSmall")
        return part.body
      })
      if (bodies.length === 0) throw new Refusal(400, "MalformedXML")
      uploads.delete(id)
      return put(key, { body: Buffer.concat(bodies), headers, onlyNew: false })
    },

    abort(key: string, id: string): void {
      uploads.delete(upload(key, id).id)
    },

    /** Keys in the order of their bytes, after `after`. */
    keys({ prefix, after }: { prefix: string; after: string }): string[] {
      return [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort()
    },
  }
}

function etagOf(body: Buffer): string {
  return `"${createHash("md5").update(body).digest("hex")}"`
}
