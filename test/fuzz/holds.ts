import { ERROR_STATUS, type ErrorCode } from "../../src/protocol/errors.ts"
import type { WireAnswer } from "./wire.ts"

/** What Node answers by itself, before the app sees anything: broken HTTP, too slow, unknown expectations, too large. */
const NODES_OWN = [100, 400, 408, 413, 417, 431]

const EVERYWHERE = [
  "content-security-policy",
  "permissions-policy",
  "x-content-type-options",
  "referrer-policy",
  "cache-control",
]

/** What is wrong with an answer, as sentences. */
export function faultsOf(
  answer: WireAnswer,
  { path, secrets }: { path: string; secrets: readonly string[] },
): string[] {
  const { status, headers, body } = answer
  if (headers["x-request-id"] === undefined) {
    return NODES_OWN.includes(status) ? [] : [`${status} without a request id`]
  }
  const faults: string[] = []
  if (status >= 500 || status < 200) faults.push(`status ${status}`)
  for (const name of EVERYWHERE) if (headers[name] === undefined) faults.push(`no ${name}`)
  if (Object.keys(headers).some((name) => name.startsWith("access-control") || name.startsWith("x-evil")))
    faults.push("a header that nobody set")
  if (status < 400) return faults
  for (const secret of secrets)
    if (secret && body.includes(secret)) faults.push("a refusal that says a secret")
  // An answer to HEAD has none.
  if (isOfApi(path) && headers["content-encoding"] === undefined && body !== "") {
    faults.push(...faultsOfError(body, status))
  }
  return faults
}

/** As the server reads it, `..` and all. */
function isOfApi(path: string): boolean {
  return URL.canParse(path, "http://x") && new URL(path, "http://x").pathname.startsWith("/api/")
}

function faultsOfError(body: string, status: number): string[] {
  try {
    const { error, ...rest } = JSON.parse(body) as { error: { code: ErrorCode; message: string } }
    const { code, message, ...more } = error
    if (ERROR_STATUS[code] !== status) return [`code ${code} with status ${status}`]
    if (typeof message !== "string" || message.length < 5) return ["no message"]
    if (Object.keys(rest).length + Object.keys(more).length > 0) return ["more than code and message"]
    return []
  } catch {
    return [`no error's body: ${body.slice(0, 200)}`]
  }
}
