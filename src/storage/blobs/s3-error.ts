import { childText, parseXml } from "./xml.ts"

/** What an S3 server answered instead of doing what it was asked. */
export class S3Error extends Error {
  override readonly name = "S3Error"
  readonly status: number
  /** Such as `NoSuchBucket`; empty when the server gave none (an answer to HEAD has no body). */
  readonly code: string

  constructor(status: number, { code, message }: { code: string; message: string }) {
    super([`S3 answered ${status}`, code, message].filter((part) => part !== "").join(": "))
    this.status = status
    this.code = code
  }
}

/** Reads the error that a response carries; what is no S3 error (some proxy's page) keeps its status only. */
export async function readS3Error(response: Response): Promise<S3Error> {
  const text = await response.text().catch(() => "")
  return new S3Error(response.status, readErrorBody(text) ?? { code: "", message: "" })
}

/** Undefined when the text is not `<Error>…</Error>`. */
export function readErrorBody(text: string): { code: string; message: string } | undefined {
  try {
    const error = parseXml(text)
    if (error.name !== "Error") return undefined
    return { code: childText(error, "Code") ?? "", message: childText(error, "Message") ?? "" }
  } catch {
    return undefined
  }
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html: what these say may be otherwise in a moment. */
const PASSING_STATUS: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504])
const PASSING_CODES: ReadonlySet<string> = new Set([
  // 400: the server waited too long for the body.
  "RequestTimeout",
  // 409: another request for the same object or bucket is under way.
  "OperationAborted",
  "ConditionalRequestConflict",
  // 200: completing a multipart upload may fail behind a good status.
  "InternalError",
  "SlowDown",
])

/** Whether the same request may succeed later. What is no answer at all (a broken connection, a timeout) may, too. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof S3Error)) return true
  return PASSING_STATUS.has(error.status) || PASSING_CODES.has(error.code)
}
