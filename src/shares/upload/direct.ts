import { notFound, ShareError } from "../../protocol/errors.ts"
import type { Passing } from "../../protocol/passing.ts"
import { type ActiveShare, requireActive } from "../active.ts"
import { planMerge } from "../compact/merge-plan.ts"
import { createReserver, type Reserved, type ReserveRequest } from "../create/reserve.ts"
import type { SegmentRow, Ticket } from "../ports.ts"
import { createRecoverer, type RecoverRequest } from "../recover/recover.ts"
import type { RulesOf } from "../redact/rules.ts"
import { findBySecret } from "../secret.ts"
import type { SharesDeps } from "../shares.ts"
import { createUploadCommitter, type UploadCommit, type UploadMerge } from "./commit-uploads.ts"
import { bytesOf, createTicketOffice, type SegmentTicket, type SegmentWish } from "./ticket-office.ts"

/** What a client of the direct door asks for in one go: commits first, then tickets. */
export interface PresignRequest {
  shareID: string
  secret: string
  commit?: UploadCommit | undefined
  merge?: UploadMerge | undefined
  /** Undefined together with the others: a ticket for the plain object. */
  tickets?: readonly SegmentWish[] | undefined
}

export interface PresignAnswer {
  revision: number
  epoch: number
  /** For the plain object, when that was asked for. */
  plain: Ticket | undefined
  tickets: SegmentTicket[]
  /** Ids of the segments that the client should merge next, in order; none: nothing to merge. */
  merge: string[]
  /** How many rules the share has that its client should go by. */
  redactions: number
}

export interface PassRequest {
  shareID: string
  secret: string
  passing: readonly Passing[]
  /** Called once the secret has opened the share; what it throws ends the request. */
  admit(): Promise<void>
}

export interface Manifest {
  revision: number
  epoch: number
  /** Of an encrypted share that has been committed to: says of this revision and epoch what they must be. */
  head: string | undefined
  segments: SegmentRow[]
}

/** Who asks for what is stored: whoever may write or, where it is sealed, anybody with the link. */
export interface StoredRequest {
  shareID: string
  secret: string | undefined
}

/** The door of those who put content straight into the store and tell the API only what they put. */
export interface DirectDoor {
  /** A new share, with a ticket for its plain object or, when segments are named, with tickets for those. */
  reserve(
    request: ReserveRequest & { tickets: readonly SegmentWish[] | undefined },
  ): Promise<Reserved & PresignAnswer>
  /** New secrets for the newest share that this owner has of the session; throws `not_found`. */
  recover(request: RecoverRequest): Promise<Reserved & PresignAnswer>
  presign(request: PresignRequest): Promise<PresignAnswer>
  /** Hands on text that is being written, to whoever watches. Nothing of it is kept. */
  pass(request: PassRequest): Promise<void>
  /** What there is, for those who merge and for those who open what is sealed. */
  manifest(request: StoredRequest): Promise<Manifest>
  /** One segment as it is stored: its size, and how to read it. */
  findSegment(
    request: StoredRequest & { segmentID: string },
  ): Promise<{ bytes: number; encrypted: boolean; read(): Promise<AsyncIterable<Uint8Array>> }>
}

/** Readings of a manifest while it changes again and again, before the reader is told to come again. */
const MOST_TRIES = 8

export function createDirectDoor(
  deps: SharesDeps & { rulesOf: RulesOf; behind(shareID: string): void },
): DirectDoor {
  const { meta, blobs, notifier } = deps
  const recover = createRecoverer(deps)
  const reserve = createReserver(deps)
  const office = createTicketOffice(deps)
  const uploads = createUploadCommitter(deps)

  async function enter({ shareID, secret }: { shareID: string; secret: string }) {
    const { share: found, secretHash } = await findBySecret(deps, { shareID, secret, to: "write" })
    const share = requireActive(found)
    if (share.door !== "direct") throw otherDoor()
    return { share, secretHash }
  }

  async function enterToWrite(request: { shareID: string; secret: string }) {
    const writer = await enter(request)
    await deps.admitWriter?.(writer.share)
    return writer
  }

  /** Sealed content is open to all, as it is of no use without the key. */
  async function enterToRead({ shareID, secret }: StoredRequest): Promise<ActiveShare> {
    if (secret !== undefined) return (await enter({ shareID, secret })).share
    const found = await meta.findShare(shareID)
    if (!found) throw notFound()
    const share = requireActive(found)
    if (share.encrypted) return share
    throw new ShareError("invalid_request", "x-share-secret: must be the share's secret.")
  }

  async function answer(
    share: ActiveShare,
    wishes: readonly SegmentWish[] | undefined,
  ): Promise<PresignAnswer> {
    const { revision, epoch, redactions } = share
    const said = { revision, epoch, redactions }
    if (!wishes) return { ...said, plain: await office.forPlain(share), tickets: [], merge: [] }
    const [tickets, segments] = [await office.forSegments(share, wishes), await meta.segments(share.id)]
    const merge = (planMerge(segments) ?? []).map(({ id }) => id)
    return { ...said, plain: undefined, tickets, merge }
  }

  return {
    async reserve({ tickets, ...request }) {
      // Before the share is made: with tickets that are refused afterwards it would stay behind, its id taken.
      const reserved = await reserve({ ...request, bytes: bytesOf(tickets ?? []) })
      const wishes = request.encrypted ? (tickets ?? []) : tickets
      return { ...reserved, ...(await answer(reserved.share, wishes)) }
    },

    async recover(request) {
      const recovered = await recover(request)
      return { ...recovered, ...(await answer(recovered.share, [])) }
    },

    async pass({ shareID, secret, passing, admit }) {
      const { share } = await enterToWrite({ shareID, secret })
      if (passing.some((each) => "sealed" in each !== share.encrypted)) throw otherText(share)
      await admit()
      // Nobody can tell what was taken out from text that comes in pieces: it is shown when it is committed.
      if (share.redactions > 0) return
      for (const each of passing) notifier.pass(shareID, each)
    },

    async presign({ shareID, secret, commit, merge, tickets }) {
      const writer = await enterToWrite({ shareID, secret })
      if (!commit && !merge) return answer(writer.share, tickets)
      if (commit) await uploads.commit(writer, commit)
      if (merge) await uploads.merge(writer, merge)
      const { share } = await enter({ shareID, secret })
      return answer(share, tickets ?? [])
    },

    async manifest(request) {
      let share = await enterToRead(request)
      // Row and list must be of one moment: whoever opens them holds one against the other.
      for (let tries = 1; ; tries++) {
        const { revision, epoch, head } = share
        const segments = await meta.segments(share.id)
        share = await enterToRead(request)
        if (share.revision === revision && share.epoch === epoch) return { revision, epoch, head, segments }
        if (tries >= MOST_TRIES) throw busy()
      }
    },

    async findSegment({ segmentID, ...request }) {
      const share = await enterToRead(request)
      const segment = (await meta.segments(share.id)).find(({ id }) => id === segmentID)
      if (!segment) throw notInManifest()
      return {
        bytes: segment.bytes,
        encrypted: share.encrypted,
        async read() {
          const body = await blobs.get(segment.objectKey)
          if (!body) throw notInManifest()
          return body
        },
      }
    },
  }
}

function otherDoor(): ShareError {
  return new ShareError(
    "conflict",
    "This share is synced by OpenCode itself, through the API: it takes no uploads.",
  )
}

function otherText({ encrypted }: ActiveShare): ShareError {
  return new ShareError(
    "invalid_request",
    encrypted
      ? "This share is encrypted: text for those who watch is handed on sealed, and not as deltas."
      : "This share is not encrypted: text for those who watch is handed on as deltas, and not sealed.",
  )
}

function busy(): ShareError {
  return new ShareError("unavailable", "The share is being changed at this moment. Please try again.")
}

function notInManifest(): ShareError {
  return new ShareError("not_found", "The share has no such segment: it may have been merged into another.")
}
