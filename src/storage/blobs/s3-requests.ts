import { createHash } from "node:crypto"
import { setTimeout as sleep } from "node:timers/promises"
import { AwsClient } from "aws4fetch"
import { StorageError } from "../../shares/ports.ts"
import { isPassing, readS3Error, S3Error } from "./s3-error.ts"

/** Where a bucket is and who may use it. */
export interface S3Place {
  /** Such as `https://s3.eu-central-1.amazonaws.com`, without a slash at the end. */
  endpoint: string
  region: string
  bucket: string
  /** `endpoint/bucket/key` instead of `bucket.endpoint/key`. */
  pathStyle: boolean
  accessKeyID: string
  secretAccessKey: string
}

/** How long and how often a request is tried. */
export interface Patience {
  /** Milliseconds for one try without its body, and between two chunks of an answer. */
  timeoutMs: number
  /** The slowest that a body may go out: bytes a millisecond. */
  slowest: number
  /** Tries in all. */
  tries: number
  /** Milliseconds of the first pause, at most; the next ones double. */
  pauseMs: number
}

export const PATIENCE: Patience = { timeoutMs: 15_000, slowest: 256, tries: 4, pauseMs: 200 }
const LONGEST_PAUSE_MS = 5_000

export interface S3Deps extends S3Place {
  fetch: typeof fetch
  /** Milliseconds since the epoch. */
  now(): number
  patience: Patience
}

export interface S3Request {
  /** The port's method, for errors: `blobs.put`. */
  op: string
  method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE"
  /** With the prefix; empty for the bucket itself. */
  key: string
  query?: Record<string, string>
  headers?: Record<string, string>
  body?: Uint8Array
  /** Statuses beside 2xx that are answers and not failures. */
  expect?: readonly number[]
  /** A request whose effect adds up must not be sent again when only its answer was lost. */
  adds?: boolean
}

export type S3Requests = ReturnType<typeof createS3Requests>

/** Signed requests to one bucket: every try signed anew and given up in time, failures told in the port's words. */
export function createS3Requests({ fetch, now, patience, ...place }: S3Deps) {
  const client = new AwsClient({
    accessKeyId: place.accessKeyID,
    secretAccessKey: place.secretAccessKey,
    service: "s3",
    region: place.region,
  })

  /** Sends a request until `read` has got out of its answer what is wanted. Throws StorageErrors. */
  async function send<T>(request: S3Request, read: (response: Response) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await trySending(request, read)
      } catch (error) {
        const retryable = isPassing(error)
        const again = retryable && attempt < patience.tries && (error instanceof S3Error || !request.adds)
        if (!again) throw new StorageError(request.op, { retryable, cause: error })
        await sleep(pause(attempt))
      }
    }
  }

  async function trySending<T>(request: S3Request, read: (response: Response) => Promise<T>): Promise<T> {
    const { method, body, expect = [] } = request
    const giveUp = new AbortController()
    const ms = patience.timeoutMs + (body?.byteLength ?? 0) / patience.slowest
    const timer = setTimeout(() => giveUp.abort(new Error(`no answer within ${Math.round(ms)} ms`)), ms)
    try {
      const signed = await client.sign(bucketUrl(place, request.key, request.query), {
        method,
        headers: { ...request.headers, "x-amz-content-sha256": sha256(body ?? new Uint8Array()) },
        aws: { datetime: signingDate(now()) },
      })
      const headers = new Headers(signed.headers)
      // Not signed, as proxies change it. Objects are compressed by us and must come as they are.
      headers.set("accept-encoding", "identity")
      const response = await fetch(signed.url, {
        method,
        headers,
        // A redirect names another region, for which this signature is wrong: it is an answer like another.
        redirect: "manual",
        signal: giveUp.signal,
        ...(body && { body: body as Uint8Array<ArrayBuffer> }),
      })
      if (!response.ok && !expect.includes(response.status)) throw await readS3Error(response)
      return await read(response)
    } finally {
      clearTimeout(timer)
    }
  }

  /** Full jitter, so that nodes that failed together do not come back together. */
  function pause(attempt: number): number {
    return Math.random() * Math.min(LONGEST_PAUSE_MS, patience.pauseMs * 2 ** (attempt - 1))
  }

  return { send, idleMs: patience.timeoutMs }
}

export function bucketUrl(
  { endpoint, bucket, pathStyle }: Pick<S3Place, "endpoint" | "bucket" | "pathStyle">,
  key: string,
  query: Record<string, string> = {},
): string {
  const { protocol, host, pathname } = new URL(endpoint)
  const origin = pathStyle ? `${protocol}//${host}` : `${protocol}//${bucket}.${host}`
  const url = new URL(`${origin}${pathname.replace(/\/$/, "")}${pathStyle ? `/${bucket}` : ""}/${key}`)
  url.search = new URLSearchParams(query).toString()
  return url.href
}

/** `20260131T235959Z`. */
export function signingDate(at: number): string {
  return new Date(at).toISOString().replace(/[:-]|\.\d{3}/g, "")
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex")
}
