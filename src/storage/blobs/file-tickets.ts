import { createHmac, timingSafeEqual } from "node:crypto"
import { ShareError } from "../../protocol/errors.ts"
import type { Ticket, TicketRequest, Upload } from "../../shares/ports.ts"
import { isObjectKey } from "./object-key.ts"
import { checkTicketRequest } from "./ticket-request.ts"

/** The path before the key, on the API's own origin. */
export const UPLOAD_PATH = "/api/upload/"

/** What a ticket grants, once its signature has proven good. */
export type Grant = Pick<TicketRequest, "contentType" | "exact">

export interface FileTicketsOptions {
  signingKey: Uint8Array
  /** Where people reach the API, without a slash at the end. */
  baseUrl: string
  /** Milliseconds since the epoch. */
  now(): number
}

/**
 * Tickets of the store that has no server of its own: the API's address with what is granted in the query, and a
 * HMAC-SHA-256 over all of it. Nothing is remembered, so a ticket outlives a restart, like a presigned URL of S3.
 */
export function createFileTickets({ signingKey, baseUrl, now }: FileTicketsOptions) {
  function sign(fields: TicketFields): string {
    const { key, type, bytes, sha256, expires } = fields
    // No field can hold a line break, so no two grants have the same lines.
    const text = ["better-share upload 1", "PUT", key, type, bytes, sha256, expires].join("\n")
    return createHmac("sha256", signingKey).update(text).digest("base64url")
  }

  return {
    issue(request: TicketRequest): Ticket {
      const { key, contentType, exact } = request
      const { expiresAt } = checkTicketRequest(request, now())
      const query = { type: contentType, bytes: "", sha256: "", expires: String(expiresAt) }
      if (exact) Object.assign(query, { bytes: String(exact.bytes), sha256: exact.sha256 })
      const signature = sign({ key, ...query })
      const url = `${baseUrl}${UPLOAD_PATH}${key}?${new URLSearchParams({ ...query, signature })}`
      return { method: "PUT", url, headers: { "content-type": contentType }, key, expiresAt }
    },

    /** Throws `forbidden`. */
    verify({ key, query }: Pick<Upload, "key" | "query">): Grant {
      const { type = "", bytes = "", sha256 = "", expires = "", signature = "" } = query
      const fields = { key, type, bytes, sha256, expires }
      if (!isObjectKey(key) || hasLineBreak(fields) || !equal(sign(fields), signature)) {
        throw new ShareError("forbidden", "This is not an upload address that this server gave out.")
      }
      if (now() >= Number(expires)) {
        throw new ShareError("forbidden", "This upload address has expired: ask for a new one.")
      }
      return { contentType: type, ...(sha256 && { exact: { bytes: Number(bytes), sha256 } }) }
    },
  }
}

export type FileTickets = ReturnType<typeof createFileTickets>

interface TicketFields {
  key: string
  type: string
  /** Empty in a plain ticket, as is `sha256`. */
  bytes: string
  sha256: string
  expires: string
}

function hasLineBreak(fields: TicketFields): boolean {
  return Object.values(fields).some((value) => value.includes("\n"))
}

function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
