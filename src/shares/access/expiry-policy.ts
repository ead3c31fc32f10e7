import { ShareError } from "../../protocol/errors.ts"
import { type Expiry, readExpiry, readSpan } from "../../protocol/expiry.ts"

/** What the operator has said of how long shares stay. Milliseconds; undefined: until they are revoked. */
export interface ExpiryPolicy {
  /** Of a share whose creator says nothing. */
  usual: number | undefined
  /** From its creation on. */
  longest: number | undefined
}

export const NO_EXPIRY: ExpiryPolicy = { usual: undefined, longest: undefined }

/** As its owner wrote it. */
export type WantedExpiry = string

/**
 * When a share of now expires; undefined: when it is revoked. Throws `invalid_request`, which says what would be taken.
 * @param createdAt of the share, when it is not being made at this moment
 */
export function wantedExpiry(
  wanted: WantedExpiry | undefined,
  { policy, now, createdAt = now }: { policy: ExpiryPolicy; now: number; createdAt?: number },
): number | undefined {
  const { usual, longest } = policy
  const last = longest === undefined ? undefined : createdAt + longest
  if (wanted === undefined) return earlier(usual === undefined ? undefined : now + usual, last)
  const expiry = readExpiry(wanted, now)
  if (expiry === undefined) throw unreadable()
  const at = atOf(expiry)
  if (at !== undefined && at <= now) throw past()
  if (last === undefined || (at !== undefined && at <= last)) return at
  // As long as is allowed at all, said a moment after the share was made.
  if ((readSpan(wanted) ?? Number.POSITIVE_INFINITY) <= last - createdAt) return last
  throw tooLate(last)
}

function atOf(expiry: Expiry): number | undefined {
  return "at" in expiry ? expiry.at : undefined
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b)
}

function unreadable(): ShareError {
  return new ShareError(
    "invalid_request",
    'expires: must be a time such as "30m", "1h", "7d" or "2w", a date such as "2030-12-31", a moment with its zone such as "2030-12-31T18:00Z", or "never".',
  )
}

function past(): ShareError {
  return new ShareError("invalid_request", "expires: must be a time to come.")
}

function tooLate(last: number): ShareError {
  return new ShareError(
    "invalid_request",
    `expires: this server keeps no share for longer, so it must be before ${new Date(last).toISOString()}.`,
  )
}
