import type { TicketRequest } from "../../shares/ports.ts"
import { checkKey } from "./object-key.ts"

/** The longest that S3 lets a presigned URL live: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html */
const MOST_SECONDS = 7 * 24 * 3600

/** RFC 9110's media type, with the parameters that anybody sends. */
const CONTENT_TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(; ?[\w-]+=[\w.+-]+)*$/
const SHA256 = /^[0-9a-f]{64}$/

/**
 * Throws TypeError and RangeError for a request that no store could grant. Resolves the expiry to the whole seconds
 * that a ticket counts: it begins at `now` rounded down, as its signature's date does.
 */
export function checkTicketRequest(
  { key, contentType, expiresAt, exact }: TicketRequest,
  now: number,
): { seconds: number; expiresAt: number } {
  checkKey(key)
  if (!CONTENT_TYPE.test(contentType))
    throw new TypeError(`not a content type: ${JSON.stringify(contentType)}`)
  if (exact && !(Number.isSafeInteger(exact.bytes) && exact.bytes >= 0)) {
    throw new TypeError(`not a number of bytes: ${exact.bytes}`)
  }
  if (exact && !SHA256.test(exact.sha256)) throw new TypeError(`not a SHA-256: ${exact.sha256}`)
  const seconds = Math.floor(expiresAt / 1000) - Math.floor(now / 1000)
  if (!(seconds >= 1 && seconds <= MOST_SECONDS)) {
    throw new RangeError(`a ticket lives from 1 to ${MOST_SECONDS} seconds, not ${seconds}`)
  }
  return { seconds, expiresAt: Math.floor(expiresAt / 1000) * 1000 }
}
