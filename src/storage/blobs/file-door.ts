import { createHash } from "node:crypto"
import { ShareError } from "../../protocol/errors.ts"
import type { TicketRequest, Upload, UploadDoor } from "../../shares/ports.ts"
import type { FileTickets } from "./file-tickets.ts"

type Exact = NonNullable<TicketRequest["exact"]>
type Body = AsyncIterable<Uint8Array>

export interface FileDoorDeps {
  tickets: Pick<FileTickets, "verify">
  exists(key: string): Promise<boolean>
  put(key: string, body: Body): Promise<unknown>
  /** Stores unless something is there; false then. Of several at once exactly one gets true. */
  putNew(key: string, body: Body): Promise<boolean>
}

/** Where the tickets of the file store lead. It refuses what S3 would refuse: what can be, before it reads the body. */
export function createFileDoor({ tickets, exists, put, putNew }: FileDoorDeps): UploadDoor {
  return {
    async accept(upload, body) {
      const { contentType, exact } = tickets.verify(upload)
      if (upload.contentType !== contentType) {
        throw new ShareError(
          "unsupported_media_type",
          `This upload must be sent as content-type ${contentType}.`,
        )
      }
      if (!exact) {
        await put(upload.key, body)
        return
      }
      checkLength(upload, exact)
      if (await exists(upload.key)) throw usedAlready()
      if (!(await putNew(upload.key, verified(body, exact)))) throw usedAlready()
    },
  }
}

/** S3 signs the declared length, so it refuses a body without one, too (411 MissingContentLength). */
function checkLength({ contentLength }: Upload, { bytes }: Exact): void {
  if (contentLength === undefined) {
    throw new ShareError("invalid_request", "This upload must declare its length as content-length.")
  }
  if (contentLength > bytes) throw tooLarge(bytes)
  if (contentLength < bytes) throw tooSmall(bytes)
}

/** The body as it arrives; throws at its end, before it is in its place, when it is another one than the ticket's. */
async function* verified(body: Body, { bytes, sha256 }: Exact): Body {
  const hash = createHash("sha256")
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size > bytes) throw tooLarge(bytes)
    hash.update(chunk)
    yield chunk
  }
  if (size < bytes) throw tooSmall(bytes)
  if (hash.digest("hex") !== sha256) {
    throw new ShareError(
      "invalid_request",
      "The body has another SHA-256 than this upload was asked for with.",
    )
  }
}

function tooLarge(bytes: number): ShareError {
  return new ShareError("too_large", `The body is larger than the ${bytes} bytes that this upload is for.`)
}

function tooSmall(bytes: number): ShareError {
  return new ShareError(
    "invalid_request",
    `The body is smaller than the ${bytes} bytes that this upload is for.`,
  )
}

function usedAlready(): ShareError {
  return new ShareError("conflict", "This upload has been made already; its address works once.")
}
