import { createHash } from "node:crypto"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { closeServer, listen } from "../loopback.ts"
import { createMemoryBucket } from "./memory-bucket.ts"
import { type Answer, OPERATIONS, type Operation, operationOf } from "./operations.ts"
import { Refusal } from "./refusal.ts"
import type { S3Server } from "./s3-server.ts"
import { type Credentials, parseQuery, UNSIGNED_PAYLOAD, verifySignature } from "./sigv4.ts"

/** What can go wrong between a client and its storage. */
export type Fault =
  /** Refused with this answer, such as 503 SlowDown, and not carried out. */
  | { kind: "refuse"; status: number; code: string }
  /** No answer ever. Not carried out. */
  | { kind: "hang" }
  /** The connection breaks; not carried out, or carried out and only the answer lost. */
  | { kind: "cut"; when: "before" | "after" }
  /** The answer breaks off, or stops coming, behind this many bytes of its body. */
  | { kind: "cut-answer" | "stall-answer"; bytes: number }

export interface SeenRequest {
  operation: Operation
  key: string
  /** Of the body that came. */
  bytes: number
  status: number
}

export interface StrictS3 extends S3Server {
  /** The next `times` requests of that kind meet this fault; without `times`, all until `heal()`. */
  inject(on: Operation, fault: Fault, times?: number): void
  heal(): void
  /** Everything that was answered so far, for counting. */
  readonly seen: SeenRequest[]
  /** Keys that hold an object. */
  keys(): string[]
  /** Puts an object there by another hand than the client's. */
  plant(key: string, body: string): void
  plantUpload(key: string): void
  /** From now on the bucket says that it keeps versions. */
  keepVersions(): void
  /** Multipart uploads that were begun and not ended. */
  unfinishedUploads(): string[]
}

export interface StrictS3Options {
  /** Entries a page of a listing holds; 1,000 unless told. */
  pageSize?: number
  now?: () => number
}

const BUCKET = "test-bucket"
const CREDENTIALS: Credentials = {
  accessKeyID: "AKSTRICT",
  secretAccessKey: "strict/Secret+Key",
  region: "eu-test-1",
}

/**
 * An S3 server in this process and its memory, for speed and for faults. It holds to AWS's documentation where that is
 * stricter than what clients get away with; what it is worth is shown by the same suite passing on a real server.
 */
export async function startStrictS3({
  pageSize = 1000,
  now = Date.now,
}: StrictS3Options = {}): Promise<StrictS3> {
  const bucket = createMemoryBucket({ now })
  const seen: SeenRequest[] = []
  let faults: { on: Operation; fault: Fault; left: number }[] = []

  function takeFault(operation: Operation): Fault | undefined {
    const found = faults.find(({ on, left }) => on === operation && left > 0)
    if (found) found.left -= 1
    return found?.fault
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", headers } = request
    const [path = "", search = ""] = (request.url ?? "").split(/\?(.*)/s)
    const payloadHash = verifySignature({ method, path, query: search, headers }, CREDENTIALS, now())
    const [, bucketName, ...rest] = path.split("/")
    if (bucketName !== BUCKET) throw new Refusal(404, "NoSuchBucket")
    const key = decodeURIComponent(rest.join("/"))
    const query = new Map(parseQuery(search))
    const operation = operationOf(method, key, query)
    if (!operation) throw new Refusal(501, "NotImplemented")

    const fault = takeFault(operation)
    if (fault?.kind === "hang") return
    if (fault?.kind === "cut" && fault.when === "before") return void request.socket.destroy()
    if (method === "PUT" && headers["content-length"] === undefined)
      throw new Refusal(411, "MissingContentLength")
    const body = await readBody(request)
    let result: Answer
    try {
      if (fault?.kind === "refuse") throw new Refusal(fault.status, fault.code)
      checkPayload(body, payloadHash)
      const known = headers as Record<string, string | undefined>
      result = OPERATIONS[operation]({ bucket, key, query, headers: known, body, pageSize })
    } catch (error) {
      seen.push({ operation, key, bytes: body.length, status: error instanceof Refusal ? error.status : 500 })
      throw error
    }
    seen.push({ operation, key, bytes: body.length, status: result.status })
    if (fault?.kind === "cut") return void request.socket.destroy()
    send(response, method, result, fault)
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      const refusal = error instanceof Refusal ? error : new Refusal(500, "InternalError", String(error))
      send(response, request.method ?? "", {
        status: refusal.status,
        headers: {
          "content-type": "application/xml",
          // Redirects name the place that would take the request, as S3's do.
          ...(refusal.status < 400 && { location: `/elsewhere${request.url}` }),
        },
        body: refusal.toXml(),
      })
    })
  })
  const endpoint = await listen(server)

  return {
    endpoint,
    bucket: BUCKET,
    ...CREDENTIALS,
    inject: (on, fault, times = Number.POSITIVE_INFINITY) => void faults.push({ on, fault, left: times }),
    heal() {
      faults = []
    },
    seen,
    keys: () => [...bucket.objects.keys()].sort(),
    plant(key, body) {
      bucket.put(key, { body: Buffer.from(body), headers: {}, onlyNew: false })
    },
    plantUpload: (key) => void bucket.begin(key, {}),
    keepVersions() {
      bucket.versioned = true
    },
    unfinishedUploads: () => [...bucket.uploads.values()].map(({ key }) => key),
    close: () => closeServer(server),
  }
}

function send(
  response: ServerResponse,
  method: string,
  { status, headers, body = "" }: Answer,
  fault?: Fault,
): void {
  const bytes = Buffer.from(body)
  response.writeHead(status, {
    ...headers,
    ...(status !== 204 && { "content-length": String(bytes.length) }),
  })
  if (fault?.kind !== "cut-answer" && fault?.kind !== "stall-answer") {
    response.end(method === "HEAD" || status === 204 ? undefined : bytes)
    return
  }
  response.flushHeaders()
  response.write(bytes.subarray(0, fault.bytes), () => {
    if (fault.kind === "cut-answer") response.destroy()
  })
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function checkPayload(body: Buffer, expected: string): void {
  const found = expected === UNSIGNED_PAYLOAD ? expected : createHash("sha256").update(body).digest("hex")
  if (found !== expected) throw new Refusal(400, "XAmzContentSHA256Mismatch")
}
