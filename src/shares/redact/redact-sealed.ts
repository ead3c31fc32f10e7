import { type AuditOrigin, BY_ITSELF } from "../../protocol/audit.ts"
import { gone, notFound, ShareError } from "../../protocol/errors.ts"
import { MOST_RULES } from "../../protocol/redaction-rule.ts"
import type { RedactionReceipt } from "../../protocol/routes.ts"
import { type Credentials, findOwned } from "../access/credentials.ts"
import { requireActive } from "../active.ts"
import { withinPatience } from "../patience.ts"
import type { SealedChange, ShareRow } from "../ports.ts"
import { requireRoom } from "../quota.ts"
import { segmentKey } from "../segment.ts"
import type { SharesDeps } from "../shares.ts"
import { exactBody } from "../upload/exact-body.ts"
import { movedOn } from "../upload/sealed-claim.ts"
import type { SegmentWish } from "../upload/ticket-office.ts"
import { beyond, createUploadCheck, limitsOf, type UploadedSegment } from "../upload/uploaded.ts"
import { SEGMENT_TICKET_MS } from "../upload-times.ts"
import type { Cleaner } from "./cleaner.ts"
import { PATIENCE_MS, type Receipts, tooManyRules } from "./receipt.ts"

interface OwnersRequest {
  shareID: string
  credentials: Credentials
}

/** What an owner's browser has taken out of a share that nobody can read here. */
export interface SealedRedactRequest extends OwnersRequest {
  /** Occurrences in all stored versions, by the browser's word. */
  rules: readonly { id: string; sealed: string; occurrences: number }[]
  /** Versions in which something was found, by the same. */
  items: number
  /** All that the share is to consist of, put before. */
  segments: readonly UploadedSegment[]
  change: SealedChange
  /** Who asks, for the audit. */
  by?: AuditOrigin | undefined
}

/** Taking something out of an encrypted share: its owner's browser does it, and here the outcome takes its place. */
export interface SealedRedaction {
  /**
   * Puts sealed bytes for those who cannot reach the store, such as a browser: the store's other origin lets none in. What
   * is put and never committed is swept like any upload. Throws `not_found`, `gone`, `conflict` for a share that is not
   * encrypted, `too_large`, `invalid_request` for another body than the wish says, `quota_exceeded`.
   */
  putSealed(
    request: OwnersRequest & { segmentID: string; wish: SegmentWish; body: AsyncIterable<Uint8Array> },
  ): Promise<void>
  /**
   * Adds the rules and puts the segments in the place of all that there are, at once or not at all. Repeatable with the
   * same ids. Throws `conflict` when the share has moved on: whoever asked reads it again and begins anew.
   */
  redactSealed(request: SealedRedactRequest): Promise<RedactionReceipt>
}

export function createSealedRedaction(
  deps: SharesDeps & { cleaner: Cleaner; describe: Receipts },
): SealedRedaction {
  const { meta, blobs, notifier, machine, log, cleaner, describe } = deps
  const check = createUploadCheck(deps)

  async function enter({ shareID, credentials }: OwnersRequest) {
    const { share: found, secretHash } = await findOwned(deps, { shareID, credentials, to: "write" })
    const share = requireActive(found)
    if (!share.encrypted) throw readable()
    await deps.admitWriter?.(share)
    return { share, secretHash }
  }

  async function redactSealed(request: SealedRedactRequest): Promise<RedactionReceipt> {
    const { shareID } = request
    const { share, secretHash } = await enter(request)
    const ids = new Set(request.rules.map(({ id }) => id))
    const redacted = (await isDone(share, ids)) ? share : await replace(request, { share, secretHash })
    notifier.publish({ shareID, revision: redacted.revision, state: "active" })
    log.info({ share: shareID, rules: ids.size }, "redacted")
    // What fails goes on with the upkeep; no list names any more what is to be deleted.
    const cleaning = cleaner.clean(shareID).catch((err: unknown) => {
      log.warn({ err, share: shareID }, "could not delete yet what a redaction has replaced")
    })
    await withinPatience(cleaning, PATIENCE_MS)
    return describe(redacted, ids)
  }

  /** What was put for it may be merged into another by now, so a repeated request is known before anything is looked for. */
  async function isDone({ id, generation }: ShareRow, ids: ReadonlySet<string>): Promise<boolean> {
    const known = (await meta.redactions(id, generation)).filter((rule) => ids.has(rule.id))
    return known.length === ids.size
  }

  async function replace(
    { shareID, rules, items, segments, change, by = BY_ITSELF }: SealedRedactRequest,
    { share, secretHash }: Awaited<ReturnType<typeof enter>>,
  ): Promise<ShareRow> {
    const ready = await Promise.all(segments.map((segment) => check(share, segment)))
    const at = machine.now()
    const occurrences = rules.reduce((sum, rule) => sum + rule.occurrences, 0)
    const done = await meta.redactSealed({
      ...{ shareID, generation: share.generation, secretHash, rules, most: MOST_RULES, at, items },
      ...{ segments: ready, sealed: change, limits: limitsOf(share, deps), quotas: deps.quotas },
      audit: { ...by, at, event: "redacted", details: { occurrences } },
    })
    if (typeof done === "object") return done
    if (done === "too_many_rules") throw tooManyRules()
    if (done && done !== "moved") throw beyond(done, deps)
    const now = await meta.findShare(shareID)
    if (now?.state !== "active") throw gone()
    throw done === "moved" ? movedOn(now) : notFound()
  }

  return {
    redactSealed,

    async putSealed({ segmentID, wish, body, ...request }) {
      const { share } = await enter(request)
      if (wish.bytes > share.storedBytes)
        await requireRoom(deps, { creator: share.creator, bytes: wish.bytes })
      // As with a ticket: a deletion has to know how long something may still come.
      const until = machine.now() + SEGMENT_TICKET_MS
      const ticket = { shareID: share.id, generation: share.generation, until, plain: false }
      if (!(await meta.noteTicket(ticket))) throw gone()
      await blobs.put(
        segmentKey(share, segmentID),
        exactBody(body, { ...wish, digest: machine.startDigest() }),
      )
    },
  }
}

function readable(): ShareError {
  return new ShareError(
    "conflict",
    "This share is not encrypted: the server itself takes out what rules name (POST …/redact), and nothing is put here.",
  )
}
