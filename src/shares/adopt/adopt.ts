import { BY_ITSELF } from "../../protocol/audit.ts"
import { splitCapability } from "../../protocol/capability.ts"
import { ShareError } from "../../protocol/errors.ts"
import { OPENCODE_ID, SHARE_ID } from "../../protocol/ids.ts"
import { formatBytes, LIMITS } from "../../protocol/limits.ts"
import { readShareData } from "../../protocol/share-data.ts"
import { describeItems } from "../metadata.ts"
import type { BlobStore, Machine, MetaStore, ShareMetadata, ShareRow } from "../ports.ts"
import { plainKey } from "../segment.ts"
import { PLAIN_TICKET_MS } from "../upload-times.ts"

/** A share as the server before this one kept it: one object of ShareData, and a row. */
export interface OldShare {
  id: string
  sessionID: string
  secret: string
  /** Milliseconds since the epoch. */
  createdAt: number
}

export interface Adoption {
  shareID: string
  /** `known`: it was adopted before, whatever became of it since. */
  outcome: "adopted" | "known" | "refused"
  /** Why it was refused, as a sentence. */
  reason?: string
}

export interface AdoptDeps {
  meta: MetaStore
  /** This server's own. */
  blobs: BlobStore
  machine: Machine
  /** Where the old server's objects are, when that is another place: then they are copied. */
  oldBlobs: BlobStore | undefined
}

/**
 * Makes a share of the plain form of each old one: under its id, so that its link goes on, and opened by its secret, of which the
 * hash is kept. Nothing of the old is changed, and repeating it does nothing twice. Object, then row: broken off anywhere, the
 * next call goes on.
 */
export function createAdopter({ meta, blobs, machine, oldBlobs }: AdoptDeps) {
  return async function adopt(old: OldShare): Promise<Adoption> {
    const { id: shareID } = old
    try {
      return { shareID, outcome: await adoptOne(old) }
    } catch (error) {
      if (!(error instanceof ShareError)) throw error
      return { shareID, outcome: "refused", reason: error.message }
    }
  }

  async function adoptOne(old: OldShare): Promise<"adopted" | "known"> {
    requireIDs(old)
    // Of its own: shares of one creator and session are revoked together, and nobody knows who created these.
    const creator = machine.hash(`adopted ${old.id}`)
    const before = await meta.findShare(old.id)
    if (before && !isOurs(before, creator)) throw refused("Its id is that of another share here")
    if (before && (before.state !== "active" || before.form !== undefined)) return "known"

    const { metadata, bytes } = await readOld(old)
    const key = plainKey({ id: old.id, generation: 0 })
    // Over one that is there already only what was there before a crash.
    if (oldBlobs) await blobs.put(key, once(bytes))
    const object = await blobs.head(key)
    if (!object) throw refused("Its object is gone")
    if (!before) await create(old, creator)
    const named = { shareID: old.id, generation: 0, version: object.version }
    // An address for uploads that the old server gave out may still be good.
    await meta.noteTicket({ ...named, until: machine.now() + PLAIN_TICKET_MS, plain: true })
    await meta.seePlain({ ...named, bytes: object.size, after: undefined, at: object.modifiedAt })
    await meta.describePlain({ ...named, redactions: 0, metadata })
    return "adopted"
  }

  async function create({ id, sessionID, secret, createdAt }: OldShare, creator: string): Promise<void> {
    const made = await meta.createShare({
      id,
      sessionID,
      door: "direct",
      secrets: [{ hash: machine.hash(secret), scope: "write" }],
      creator,
      address: creator,
      ownID: true,
      createdAt,
      audit: { ...BY_ITSELF, at: machine.now(), event: "created", details: { adopted: true } },
    })
    if (!made) throw refused("Its id was given to another share just now")
  }

  async function readOld({
    id,
    sessionID,
  }: OldShare): Promise<{ metadata: ShareMetadata; bytes: Uint8Array }> {
    const body = await (oldBlobs ?? blobs).get(plainKey({ id, generation: 0 }))
    if (!body) throw refused(`There is no object ${plainKey({ id, generation: 0 })}`)
    const chunks: Uint8Array[] = []
    let size = 0
    for await (const chunk of body) {
      size += chunk.byteLength
      if (size > LIMITS.plainBytes)
        throw refused(`Its object is larger than ${formatBytes(LIMITS.plainBytes)}`)
      chunks.push(chunk)
    }
    const bytes = new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer())
    return { metadata: describeItems(readShareData(parse(bytes), sessionID), sessionID), bytes }
  }
}

function isOurs({ door, creator }: ShareRow, adopter: string): boolean {
  return door === "direct" && creator === adopter
}

/** As they stand in links, and as [P2] takes them. */
function requireIDs({ id, sessionID, secret, createdAt }: OldShare): void {
  if (!SHARE_ID.test(id) || splitCapability(id).capability !== undefined) {
    throw refused("Its id cannot be a share's here")
  }
  if (!OPENCODE_ID.test(sessionID)) throw refused("Its session has no id that OpenCode gives")
  if (secret === "") throw refused("It has no secret")
  if (!Number.isSafeInteger(createdAt)) throw refused("Its time of creation is none")
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes))
  } catch {
    throw refused("Its object is not JSON")
  }
}

function refused(why: string): ShareError {
  return new ShareError("unreadable", `${why}.`)
}

async function* once<T>(value: T): AsyncIterable<T> {
  yield value
}
