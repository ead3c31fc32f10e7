import type { ErrorCode } from "../protocol/errors.ts"

/**
 * What kept a call from its answer. `unreachable`: no answer at all. `not_api`: an answer that is not the API's, such as
 * a login or challenge page in front of it. `refused`: the API's own error. `store`: the object store's.
 */
export type CallFailure = "unreachable" | "not_api" | "refused" | "store"

/** A call that failed. Its message is for people and never quotes a secret or a presigned URL. */
export class CallError extends Error {
  override readonly name = "CallError"
  readonly failure: CallFailure
  /** The API's code; undefined unless `refused`. */
  readonly code: ErrorCode | undefined
  /** HTTP status; undefined when there was no answer. */
  readonly status: number | undefined
  /** How long the server asks to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined

  constructor(
    failure: CallFailure,
    message: string,
    { code, status, retryAfterMs, cause }: CallErrorDetails = {},
  ) {
    super(message, { cause })
    this.failure = failure
    this.code = code
    this.status = status
    this.retryAfterMs = retryAfterMs
  }
}

export interface CallErrorDetails {
  code?: ErrorCode | undefined
  status?: number | undefined
  retryAfterMs?: number | undefined
  cause?: unknown
}
