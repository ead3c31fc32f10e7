/** The closed list of error codes and the HTTP status each one travels with. */
export const ERROR_STATUS = {
  invalid_json: 400,
  invalid_request: 400,
  unauthorized: 401,
  password_required: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  gone: 410,
  too_large: 413,
  quota_exceeded: 413,
  unsupported_media_type: 415,
  unreadable: 422,
  rate_limited: 429,
  internal: 500,
  unavailable: 503,
} as const

export type ErrorCode = keyof typeof ERROR_STATUS

/** Every error body of the API: `{error: {code, message}}`. */
export interface ErrorBody {
  error: { code: ErrorCode; message: string }
}

/** A refusal that the caller can act on. Its message is shown to people, so it never quotes a secret. */
export class ShareError extends Error {
  override readonly name = "ShareError"
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }

  get status(): (typeof ERROR_STATUS)[ErrorCode] {
    return ERROR_STATUS[this.code]
  }

  toBody(): ErrorBody {
    return { error: { code: this.code, message: this.message } }
  }
}

/** Unknown share and wrong secret must answer alike, so they share one sentence. */
const NOT_FOUND = "There is no such share, or the secret is not the right one."

export function notFound(): ShareError {
  return new ShareError("not_found", NOT_FOUND)
}

/** Somebody tried what does not open a share. To them it is as any other `not_found`. */
export class WrongSecret extends ShareError {
  readonly shareID: string

  constructor(shareID: string) {
    super("not_found", NOT_FOUND)
    this.shareID = shareID
  }
}

/** What became of a share that is no more. */
export interface End {
  state?: "active" | "revoked" | "expired"
  /** Why whoever runs the server took it down, where they did. */
  revokedReason?: string | undefined
}

export function gone({ state, revokedReason }: End = {}): ShareError {
  if (revokedReason !== undefined) {
    return new ShareError("gone", `This share was taken down by whoever runs this server: ${revokedReason}`)
  }
  if (state === "expired") {
    return new ShareError("gone", "This share has expired: its time is over.")
  }
  return new ShareError("gone", "This share has been removed by its owner.")
}

export function passwordRequired(): ShareError {
  return new ShareError("password_required", "This share asks for a password.")
}
