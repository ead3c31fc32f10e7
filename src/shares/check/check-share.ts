import { ShareError } from "../../protocol/errors.ts"
import { readShareData } from "../../protocol/share-data.ts"
import { type ActiveShare, requireActive } from "../active.ts"
import { createVersions, prepare, record } from "../append/versions.ts"
import { describeItems } from "../metadata.ts"
import {
  type SegmentRow,
  type ShareMetadata,
  type ShareRow,
  StorageError,
  type StoredBlob,
} from "../ports.ts"
import { readSegments } from "../read/read-segments.ts"
import { createRulesReader } from "../redact/rules.ts"
import { objectPrefix, plainKey } from "../segment.ts"
import type { SharesDeps } from "../shares.ts"
import { createPlainForm } from "../upload/plain.ts"
import type { Finding } from "./finding.ts"

/** What one share is like, and what has been read of it. */
export interface CheckedShare {
  findings: Omit<Finding, "mended">[]
  /** What its content comes to, where its row has other counts. */
  counts: ShareCounts | undefined
  segments: number
  /** Of objects that were looked at. */
  bytes: number
}

export type ShareCounts = Pick<ShareMetadata, "messages" | "parts" | "diffs" | "models">

export interface CheckShareOptions {
  /** Whether objects are read, and not only looked for. */
  content: boolean
  signal: AbortSignal | undefined
}

const COUNTS = ["messages", "parts", "diffs", "models"] as const
const HASH_IN_NAME = /\.([0-9a-f]{64})$/
/** How often a share is read again that changes while it is looked at. */
const MOST_READINGS = 5

export function createShareCheck(deps: SharesDeps) {
  const { meta, blobs, machine } = deps
  const rulesOf = createRulesReader(deps)
  const plainForm = createPlainForm({ ...deps, rulesOf, behind: () => {} })

  /** One share as it is by now. A server may be running: what looks wrong is looked at again when the share has changed. */
  async function checkShare(
    id: string,
    options: CheckShareOptions,
  ): Promise<{ share: ShareRow; checked: CheckedShare } | undefined> {
    let share = await meta.findShare(id)
    for (let readings = 1; share; readings++) {
      if (share.state !== "active") return undefined
      const checked = await checkOnce(requireActive(share), options)
      const now = await meta.findShare(id)
      if (checked.findings.length === 0 || readings === MOST_READINGS || isSame(share, now)) {
        return { share, checked }
      }
      share = now
    }
    return undefined
  }

  async function checkOnce(
    share: ActiveShare,
    { content, signal }: CheckShareOptions,
  ): Promise<CheckedShare> {
    const found: CheckedShare["findings"] = []
    const find = (kind: Finding["kind"], detail: string, key?: string) =>
      void found.push({ kind, shareID: share.id, ...(key !== undefined && { key }), detail })
    const segments = await meta.segments(share.id)
    const objects = new Map<string, StoredBlob>()
    if (segments.length > 0) {
      for await (const object of blobs.list(objectPrefix(share))) objects.set(object.key, object)
    }
    let bytes = 0
    const whole: SegmentRow[] = []
    for (const segment of segments) {
      signal?.throwIfAborted()
      const object = objects.get(segment.objectKey) ?? (await blobs.head(segment.objectKey))
      bytes += object?.size ?? 0
      if (!object) find("lost", "it is not there", segment.objectKey)
      else if (object.size !== segment.bytes) {
        const detail = `it has ${object.size} bytes, and should have ${segment.bytes}`
        find("wrong-size", detail, segment.objectKey)
      } else if (!content || (await isAsNamed(segment))) whole.push(segment)
      else find("wrong-hash", "it has other bytes than were put", segment.objectKey)
    }

    const fault = faultOfRevisions(share, segments)
    if (fault !== undefined) find("wrong-revisions", fault)
    await rulesOf(share).catch((error: unknown) => {
      if (!(error instanceof StorageError) || error.op === "meta.redactions") throw error
      find("lost-rules", "one of its rules cannot be opened")
    })
    let counts: ShareCounts | undefined
    const plain = share.form === "plain" ? await checkPlain(share, { content, find }) : undefined
    bytes += plain?.bytes ?? 0
    if (content && !share.encrypted && segments.length > 0) {
      const read = await readLog(share, whole, find)
      // On the direct door the client says them.
      if (share.door === "native" && whole.length === segments.length) counts = read
    }
    counts ??= plain?.counts
    const other = counts && COUNTS.filter((name) => counts?.[name] !== share.metadata[name])
    if (counts && other && other.length > 0) {
      const sides = other.map((name) => `${name} ${share.metadata[name]} for ${counts?.[name]}`)
      find("wrong-counts", sides.join(", "))
    } else counts = undefined
    const stored = segments.reduce((sum, segment) => sum + segment.bytes, 0) + (share.plain?.bytes ?? 0)
    if (share.storedBytes !== stored) find("wrong-bytes", `${share.storedBytes} for ${stored}`)
    return { findings: found, counts, segments: segments.length, bytes }
  }

  async function isAsNamed({ id, objectKey }: SegmentRow): Promise<boolean> {
    const sha256 = HASH_IN_NAME.exec(id)?.[1]
    const body = sha256 === undefined ? undefined : await blobs.get(objectKey)
    return !body || (await machine.digest(body)) === sha256
  }

  /** Segment by segment, so that what one of them says is said of that one. Undefined unless all of them can be read. */
  async function readLog(
    share: ActiveShare,
    segments: readonly SegmentRow[],
    find: (kind: Finding["kind"], detail: string, key?: string) => void,
  ): Promise<ShareCounts | undefined> {
    const versions = createVersions(share.sessionID)
    let all = true
    for (const segment of segments) {
      let items = 0
      try {
        for await (const batch of readSegments(deps, { segments: [segment], door: share.door })) {
          items += batch.items.length
          record(
            versions,
            batch.items.map((item) => prepare(item, share.sessionID, machine)),
          )
        }
        if (items === segment.items) continue
        find("unreadable", `it holds ${items} items, and should hold ${segment.items}`, segment.objectKey)
      } catch (error) {
        if (isPassing(error) && (await blobs.head(segment.objectKey))) throw error
        if (isPassing(error)) find("lost", "it went away while it was read", segment.objectKey)
        else find("unreadable", reasonOf(error), segment.objectKey)
      }
      all = false
    }
    return all ? versions.metadata : undefined
  }

  async function checkPlain(
    share: ActiveShare,
    {
      content,
      find,
    }: { content: boolean; find: (kind: Finding["kind"], detail: string, key?: string) => void },
  ): Promise<{ bytes: number; counts: ShareCounts | undefined }> {
    const key = plainKey(share)
    const object = await blobs.head(key)
    if (!object) {
      find("lost", "it is not there", key)
      return { bytes: 0, counts: undefined }
    }
    const bytes = object.size
    // Another than the row says was put by its client, and nobody has read it yet.
    const seen = object.version === share.plain?.version
    if (seen && bytes !== share.plain?.bytes) {
      find("wrong-size", `it has ${bytes} bytes, and should have ${share.plain?.bytes}`, key)
    }
    if (!content) return { bytes, counts: undefined }
    try {
      const items = readShareData(await plainForm.readJson(share), share.sessionID)
      const counts = describeItems(items, share.sessionID)
      return { bytes, counts: seen ? counts : undefined }
    } catch (error) {
      if (isPassing(error)) throw error
      find("unreadable", reasonOf(error), key)
      return { bytes, counts: undefined }
    }
  }

  return checkShare
}

function isSame(one: ShareRow, other: ShareRow | undefined): boolean {
  return (
    other !== undefined &&
    one.state === other.state &&
    one.generation === other.generation &&
    one.revision === other.revision &&
    one.epoch === other.epoch
  )
}

/** Rules raise the revision without a segment, so there may be gaps; nothing may stand twice, or beyond the end. */
function faultOfRevisions({ revision }: ShareRow, segments: readonly SegmentRow[]): string | undefined {
  let last = 0
  for (const { id, firstRevision, lastRevision } of segments) {
    if (firstRevision <= last || lastRevision < firstRevision) {
      return `segment ${id} holds ${firstRevision} to ${lastRevision}, behind ${last}`
    }
    last = lastRevision
  }
  return last > revision ? `its segments go to ${last}, and its revision is ${revision}` : undefined
}

/** Whether to try again may help. Then a check ends: what it would say is not known. */
function isPassing(error: unknown): boolean {
  return error instanceof StorageError && error.retryable
}

/** Without what was shared, which a parser's message may quote. */
function reasonOf(error: unknown): string {
  if (error instanceof ShareError) return error.message
  return "it is not what a server writes"
}
