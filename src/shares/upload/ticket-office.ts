import { ShareError } from "../../protocol/errors.ts"
import type { ActiveShare } from "../active.ts"
import type { Ticket } from "../ports.ts"
import { requireRoom } from "../quota.ts"
import { plainKey, segmentKey } from "../segment.ts"
import type { SharesDeps } from "../shares.ts"
import { PLAIN_TICKET_MS, SEGMENT_TICKET_MS } from "../upload-times.ts"

/** A segment that is ready to be uploaded. */
export interface SegmentWish {
  /** As it will be put. */
  bytes: number
  /** Of the same, in lower-case hex. */
  sha256: string
}

/** Permission to upload one segment, and the id to commit it by. */
export interface SegmentTicket extends Ticket {
  segmentID: string
}

/** Gives out tickets. Until when is noted first: a deletion must know how long it has to watch. */
export function createTicketOffice(deps: SharesDeps) {
  const { meta, blobs, machine } = deps

  /** Throws `conflict` when the share is one of segments, `quota_exceeded`. */
  async function forPlain(share: ActiveShare): Promise<Ticket> {
    if (share.encrypted) throw otherForm("encrypted segments", "one ShareData object")
    if (share.form === "log") throw otherForm("segments", "one ShareData object")
    await requireRoom(deps, { creator: share.creator, bytes: 1 })
    const expiresAt = machine.now() + PLAIN_TICKET_MS
    await note(share, expiresAt, true)
    return blobs.ticket({ key: plainKey(share), contentType: "application/json", expiresAt })
  }

  /** Throws `conflict` when the share is one plain object, `quota_exceeded`. */
  async function forSegments(share: ActiveShare, wishes: readonly SegmentWish[]): Promise<SegmentTicket[]> {
    if (wishes.length === 0) return []
    if (share.form === "plain") throw otherForm("one ShareData object", "segments")
    const bytes = bytesOf(wishes)
    // No more than there is already may be a merge, which makes room.
    if (bytes > share.storedBytes) await requireRoom(deps, { creator: share.creator, bytes })
    const expiresAt = machine.now() + SEGMENT_TICKET_MS
    await note(share, expiresAt, false)
    return Promise.all(
      wishes.map(async (exact) => {
        // The hash is part of the name: what is there under it can be nothing else.
        const segmentID = `${crypto.randomUUID()}.${exact.sha256}`
        const key = segmentKey(share, segmentID)
        const contentType = share.encrypted ? SEALED_TYPE : SEGMENT_TYPE
        const ticket = await blobs.ticket({ key, contentType, expiresAt, exact })
        return { ...ticket, segmentID }
      }),
    )
  }

  async function note(share: ActiveShare, until: number, plain: boolean): Promise<void> {
    const { id: shareID, generation } = share
    if (await meta.noteTicket({ shareID, generation, until, plain })) return
    throw new ShareError("gone", "This share has been removed by its owner.")
  }

  return { forPlain, forSegments }
}

export function bytesOf(wishes: readonly SegmentWish[]): number {
  return wishes.reduce((sum, { bytes }) => sum + bytes, 0)
}

const SEGMENT_TYPE = "application/x-ndjson"
const SEALED_TYPE = "application/octet-stream"

/** A share has one form, fixed by its first write. */
export function otherForm(has: string, wanted: string): ShareError {
  return new ShareError("conflict", `This share consists of ${has}; it cannot take ${wanted} as well.`)
}
