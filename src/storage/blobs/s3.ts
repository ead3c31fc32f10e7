import { type BlobStore, StorageError, type StoredBlob } from "../../shares/ports.ts"
import { checkKey, isObjectKey } from "./object-key.ts"
import { inParts } from "./parts.ts"
import { readS3Body } from "./s3-body.ts"
import { S3Error } from "./s3-error.ts"
import { listObjects, unquoted } from "./s3-listing.ts"
import { putInParts, sweepUnfinished } from "./s3-multipart.ts"
import { probeBucket } from "./s3-probe.ts"
import { createS3Requests, PATIENCE, type Patience, type S3Place } from "./s3-requests.ts"
import { createS3Tickets } from "./s3-ticket.ts"

/** What an operator says of the store. */
export interface S3Settings extends S3Place {
  /** Where holders of tickets reach the store, when that is elsewhere than the endpoint. */
  publicEndpoint?: string | undefined
  /** Put before every key, such as `better-share/`; callers never see it. */
  prefix?: string | undefined
}

export interface S3StoreOptions extends S3Settings {
  fetch?: typeof fetch
  /** Milliseconds since the epoch; the machine's clock unless told. */
  now?: () => number
  patience?: Partial<Patience>
}

/** Bodies up to this size are one request; S3 wants parts of 5 MiB or more, and some servers want them alike. */
export const PART_BYTES = 8 * 1024 * 1024

/** An upload in parts that is older was left by a process that ended; a day, as clocks differ. */
const ABANDONED_AFTER_MS = 24 * 3600_000

/** A bucket that takes longer to say that it is there is of no use to readers. */
const PROBE_MS = 2_000

/** Objects in a bucket of any server that speaks S3. Asks nothing until it is used. */
export function createS3Store(options: S3StoreOptions): BlobStore {
  const { prefix = "" } = options
  const requests = requestsOf(options)

  async function putWhole(key: string, body: Uint8Array): Promise<number> {
    await requests.send({ op: "blobs.put", method: "PUT", key, body }, finish)
    return body.byteLength
  }

  return {
    async put(key, body) {
      const name = prefix + checkKey(key)
      const parts = inParts(body, PART_BYTES)
      try {
        const { value: first = new Uint8Array() } = await parts.next()
        if (first.byteLength < PART_BYTES) return { key, size: await putWhole(name, first) }
        return { key, size: await putInParts(requests, name, startingWith(first, parts)) }
      } finally {
        await parts.return(undefined)
      }
    },

    async get(key) {
      const request = { op: "blobs.get", method: "GET", key: prefix + checkKey(key) } as const
      try {
        return await requests.send(request, async (response) => readS3Body(response, requests.idleMs))
      } catch (error) {
        // A bucket that is gone must not look like an object that is.
        if (codeOf(error) === "NoSuchKey") return undefined
        throw error
      }
    },

    async head(key) {
      const request = {
        op: "blobs.head",
        method: "HEAD",
        key: prefix + checkKey(key),
        expect: [404],
      } as const
      return requests.send(request, async ({ status, headers }) =>
        status === 404 ? undefined : { key, ...readHead(headers) },
      )
    },

    async delete(key) {
      const request = { op: "blobs.delete", method: "DELETE", key: prefix + checkKey(key) } as const
      try {
        await requests.send(request, finish)
      } catch (error) {
        // S3 answers 204 when nothing was there; some servers say so instead.
        if (codeOf(error) !== "NoSuchKey") throw error
      }
    },

    async *list(start): AsyncIterable<StoredBlob> {
      for await (const object of listObjects(requests, prefix + start)) {
        const ours = object.key.slice(prefix.length)
        // Such as the empty `folder/` that a web console makes: no key of ours, so none of our objects.
        if (isObjectKey(ours)) yield { ...object, key: ours }
      }
    },

    ticket: createS3Tickets({ ...options, prefix, now: options.now ?? Date.now }),
  }
}

/**
 * Opens the store when its bucket answers; throws an Error that says to an operator what is wrong with which
 * variable. Uploads that a crash left in parts are removed meanwhile.
 */
export async function openS3Store(options: S3StoreOptions): Promise<BlobStore> {
  const { prefix = "", now = Date.now } = options
  const requests = requestsOf(options)
  await probeBucket(requests, { ...options, prefix })
  // Not waited for, and tried again at the next start; not every key may list them.
  sweepUnfinished(requests, { prefix, before: now() - ABANDONED_AFTER_MS }).catch(() => {})
  return createS3Store(options)
}

/** Asks once whether the bucket answers, and does not wait long. Throws StorageErrors. */
export function createBucketProbe(options: S3StoreOptions): () => Promise<void> {
  const { timeoutMs = PROBE_MS } = options.patience ?? {}
  const patience = { ...options.patience, tries: 1, timeoutMs: Math.min(timeoutMs, PROBE_MS) }
  const requests = requestsOf({ ...options, patience })
  // A listing would cost twelve times as much, by AWS's prices. It takes the same permission.
  return () => requests.send({ op: "blobs.probe", method: "HEAD", key: "" }, finish)
}

function requestsOf(options: S3StoreOptions) {
  const { fetch = globalThis.fetch, now = Date.now, patience } = options
  return createS3Requests({ ...options, fetch, now, patience: { ...PATIENCE, ...patience } })
}

/** An answer is read to its end, so that its connection can be used again. */
async function finish(response: Response): Promise<void> {
  await response.text()
}

async function* startingWith(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  yield first
  yield* rest
}

function readHead(headers: Headers): Omit<StoredBlob, "key"> {
  const [length, version, modified] = ["content-length", "etag", "last-modified"].map((name) =>
    headers.get(name),
  )
  const modifiedAt = Date.parse(modified ?? "")
  if (!length || !version || Number.isNaN(modifiedAt)) {
    throw new Error("an object has no content-length, etag or last-modified")
  }
  return { size: Number(length), version: unquoted(version), modifiedAt }
}

function codeOf(error: unknown): string | undefined {
  const cause = error instanceof StorageError ? error.cause : undefined
  return cause instanceof S3Error ? cause.code : undefined
}
