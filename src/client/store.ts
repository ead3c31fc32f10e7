import type { SegmentTicketAnswer } from "../protocol/routes.ts"
import { type CallerDeps, originOf, readRetryAfter } from "./call.ts"
import { CallError } from "./call-error.ts"

const TIMEOUT_MS = 10 * 60_000

/**
 * Puts one object straight into the store. What was put by an earlier try whose answer got lost (412, as a ticket
 * admits one body once) is there. Throws `CallError`.
 */
export async function putObject(
  { fetch, now }: Pick<CallerDeps, "fetch" | "now">,
  { method, url, headers }: Pick<SegmentTicketAnswer, "method" | "url" | "headers">,
  { body, signal }: { body: Uint8Array<ArrayBuffer>; signal?: AbortSignal },
): Promise<void> {
  const limit = AbortSignal.timeout(TIMEOUT_MS)
  let response: Response
  try {
    response = await fetch(url, {
      method,
      headers,
      body,
      redirect: "manual",
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    })
    await response.arrayBuffer()
  } catch (cause) {
    // The cause may quote the URL, which is a permission: it is not passed on.
    const name = cause instanceof Error ? cause.name : "Error"
    throw new CallError("store", `The object store at ${originOf(url)} does not answer (${name}).`)
  }
  const { status } = response
  if (response.ok || status === 412) return
  const retryAfterMs = readRetryAfter(response.headers.get("retry-after"), now())
  throw new CallError("store", `The object store at ${originOf(url)} answered ${status}.`, {
    status,
    retryAfterMs,
  })
}
