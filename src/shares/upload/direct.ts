import { notFound, ShareError } from "../../protocol/errors.ts"
import { type ActiveShare, requireActive } from "../active.ts"
import { planMerge } from "../compact/merge-plan.ts"
import { createReserver, type Reserved, type ReserveRequest } from "../create/reserve.ts"
import type { SegmentRow, ShareMetadata, Ticket } from "../ports.ts"
import { authenticate } from "../secret.ts"
import type { SharesDeps } from "../shares.ts"
import { createUploadCommitter, type UploadedSegment } from "./commit-uploads.ts"
import { createTicketOffice, type SegmentTicket, type SegmentWish } from "./ticket-office.ts"

/** What a client of the direct door asks for in one go: commits first, then tickets. */
export interface PresignRequest {
  shareID: string
  secret: string
  commit?: { segments: readonly UploadedSegment[]; metadata: ShareMetadata | undefined } | undefined
  merge?: { replaces: readonly string[]; epoch: number; segment: UploadedSegment } | undefined
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
}

export interface Manifest {
  revision: number
  epoch: number
  segments: SegmentRow[]
}

/** The door of those who put content straight into the store and tell the API only what they put. */
export interface DirectDoor {
  /** A new share, with a ticket for its plain object or, when segments are named, with tickets for those. */
  reserve(
    request: ReserveRequest & { tickets: readonly SegmentWish[] | undefined },
  ): Promise<Reserved & PresignAnswer>
  presign(request: PresignRequest): Promise<PresignAnswer>
  /** For those who merge: what there is. */
  manifest(request: { shareID: string; secret: string }): Promise<Manifest>
  /** One segment as it is stored: its size, and how to read it. */
  findSegment(request: {
    shareID: string
    secret: string
    segmentID: string
  }): Promise<{ bytes: number; read(): Promise<AsyncIterable<Uint8Array>> }>
}

export function createDirectDoor(deps: SharesDeps): DirectDoor {
  const { meta, blobs } = deps
  const reserve = createReserver(deps)
  const office = createTicketOffice(deps)
  const uploads = createUploadCommitter(deps)

  async function enter({ shareID, secret }: { shareID: string; secret: string }) {
    const found = await meta.findShare(shareID)
    if (!found) throw notFound()
    const share = requireActive(found)
    const secretHash = await authenticate(deps, { shareID, secret, to: "write" })
    if (share.door !== "direct") throw otherDoor()
    return { share, secretHash }
  }

  async function answer(
    share: ActiveShare,
    wishes: readonly SegmentWish[] | undefined,
  ): Promise<PresignAnswer> {
    const { revision, epoch } = share
    if (!wishes) return { revision, epoch, plain: await office.forPlain(share), tickets: [], merge: [] }
    const [tickets, segments] = [await office.forSegments(share, wishes), await meta.segments(share.id)]
    const merge = (planMerge(segments) ?? []).map(({ id }) => id)
    return { revision, epoch, plain: undefined, tickets, merge }
  }

  return {
    async reserve({ tickets, ...request }) {
      const reserved = await reserve(request)
      return { ...reserved, ...(await answer(reserved.share, tickets)) }
    },

    async presign({ shareID, secret, commit, merge, tickets }) {
      const writer = await enter({ shareID, secret })
      if (!commit && !merge) return answer(writer.share, tickets)
      if (commit) await uploads.commit(writer, commit)
      if (merge) await uploads.merge(writer, merge)
      const { share } = await enter({ shareID, secret })
      return answer(share, tickets ?? [])
    },

    async manifest(request) {
      const { share } = await enter(request)
      return { revision: share.revision, epoch: share.epoch, segments: await meta.segments(share.id) }
    },

    async findSegment({ segmentID, ...request }) {
      const { share } = await enter(request)
      const segment = (await meta.segments(share.id)).find(({ id }) => id === segmentID)
      if (!segment) throw notInManifest()
      return {
        bytes: segment.bytes,
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

function notInManifest(): ShareError {
  return new ShareError("not_found", "The share has no such segment: it may have been merged into another.")
}
