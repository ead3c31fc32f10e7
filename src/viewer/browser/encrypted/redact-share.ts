import type { SealedSegment, Sealer } from "../../../encryption/sealer.ts"
import { ShareError } from "../../../protocol/errors.ts"
import type { RedactionWish } from "../../../protocol/redaction-rule.ts"
import type { RedactionReceipt } from "../../../protocol/routes.ts"
import { createPause } from "../pause.ts"
import { sealRedaction } from "./seal-redaction.ts"
import { Gone, type SealedShare, Unreachable } from "./sealed-share.ts"

/** The server does not take it; the message is its own, for people. */
export class Refused extends Error {
  override readonly name = "Refused"
}

export interface RedactShareDeps {
  share: SealedShare
  sealer: Sealer
  /** Where sealed segments are put, by their names: `/api/share/:id/segments`. */
  segments: string
  /** `/api/share/:id/redact/sealed` */
  redact: string
  /** What shows that it is the owner who asks. */
  headers: Readonly<Record<string, string>>
  fetch: typeof fetch
  /** Milliseconds since the epoch. */
  now(): number
  newID(): string
}

/** The author may commit while the share is being sealed anew, again and again. */
const MOST_TRIES = 6
/** A request whose answer was lost changes nothing when it is repeated. */
const MOST_SENDINGS = 3

/**
 * Takes out of an encrypted share what its owner has chosen. It begins anew by itself when the share has moved on
 * meanwhile. Throws {@link Refused}, `SealError`, {@link Gone}, {@link Unreachable}.
 */
export async function redactShare(
  deps: RedactShareDeps,
  wishes: readonly RedactionWish[],
): Promise<RedactionReceipt> {
  const { share, sealer, newID, now } = deps
  // The same in each try: so the server knows one that it has taken, and whose answer was lost.
  const rules = wishes.map((wish) => ({ ...wish, id: newID() }))
  let refused: { message: string; state: string } | undefined
  for (let tries = 1; ; tries++) {
    const { revision, epoch, head, versions } = await share.catchUp()
    if (head === undefined) throw new Refused("Nothing has been written to this share yet.")
    const state = `${revision} ${epoch}`
    // It has not moved: it was refused for something else.
    if (refused && (refused.state === state || tries > MOST_TRIES)) throw new Refused(refused.message)
    const opened = { revision, epoch, head, versions }
    const put = (name: string, segment: SealedSegment) => putSegment(deps, name, segment)
    const body = await sealRedaction({ opened, rules, sealer, put, now, newID, pause: createPause() })
    const answer = await sendRedaction(deps, JSON.stringify(body))
    if (typeof answer === "object") return answer
    refused = { message: answer, state }
  }
}

async function putSegment(deps: RedactShareDeps, name: string, { body }: SealedSegment): Promise<void> {
  const headers = { ...deps.headers, "content-type": "application/octet-stream" }
  const answer = await ask(deps, `${deps.segments}/${name}`, { method: "PUT", headers, body })
  if (!answer.ok) throw new Refused(await messageOf(answer))
}

/** Resolves to the receipt, or to why the share as it is now does not take it. */
async function sendRedaction(deps: RedactShareDeps, body: string): Promise<RedactionReceipt | string> {
  const headers = { ...deps.headers, "content-type": "application/json" }
  const answer = await ask(deps, deps.redact, { method: "POST", headers, body })
  if (answer.ok) return ((await answer.json()) as { receipt: RedactionReceipt }).receipt
  const message = await messageOf(answer)
  if (answer.status === new ShareError("conflict", "").status) return message
  throw new Refused(message)
}

async function ask({ fetch }: RedactShareDeps, url: string, init: RequestInit): Promise<Response> {
  for (let sending = 1; ; sending++) {
    try {
      const answer = await fetch(url, { ...init, credentials: "same-origin", cache: "no-store" })
      if (answer.status === 410) throw new Gone()
      return answer
    } catch (cause) {
      if (cause instanceof Gone) throw cause
      if (sending === MOST_SENDINGS) throw new Unreachable(url, { cause })
    }
  }
}

async function messageOf(answer: Response): Promise<string> {
  const body = (await answer.json().catch(() => undefined)) as { error?: { message?: unknown } } | undefined
  return String(body?.error?.message ?? `The server answered ${answer.status}.`)
}
