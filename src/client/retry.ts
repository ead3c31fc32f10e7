import type { ErrorCode } from "../protocol/errors.ts"
import type { CallError } from "./call-error.ts"

/**
 * What to do about a refusal. `again`: the same call may succeed later. `anew`: what the call went by has changed, so
 * read that and make another call. `never`: it will be refused for ever.
 */
export type Verdict = "again" | "anew" | "never"

const VERDICTS: Record<ErrorCode, Verdict> = {
  invalid_json: "never",
  invalid_request: "never",
  unauthorized: "again",
  password_required: "never",
  forbidden: "again",
  not_found: "never",
  method_not_allowed: "never",
  conflict: "anew",
  gone: "never",
  too_large: "never",
  quota_exceeded: "again",
  unsupported_media_type: "never",
  unreadable: "never",
  rate_limited: "again",
  internal: "again",
  unavailable: "again",
}

export function verdictOf({ failure, code, status }: CallError): Verdict {
  if (code !== undefined) return VERDICTS[code]
  // A ticket that the store refuses has expired, or was used by a try whose answer got lost: another one is needed.
  if (failure === "store" && status !== undefined && status < 500 && status !== 429) return "anew"
  return "again"
}

const FIRST_MS = 1_000
const MOST_MS = 5 * 60_000

/**
 * How long to wait before the next try, in milliseconds: doubling from one second to five minutes, with half of it
 * left to chance so that clients of a server that comes back do not all ask at once. Never less than the server asks, up
 * to those five minutes.
 * @param failures in a row, 1 after the first
 * @param random in [0, 1)
 */
export function retryDelay(failures: number, random: number, retryAfterMs = 0): number {
  const most = Math.min(MOST_MS, FIRST_MS * 2 ** (failures - 1))
  return Math.max(Math.min(retryAfterMs, MOST_MS), (most / 2) * (1 + random))
}
