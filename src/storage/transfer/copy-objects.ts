import type { BlobStore, StoredBlob } from "../../shares/ports.ts"
import { copyObject } from "./copy-object.ts"
import { copyShare } from "./copy-rows.ts"
import type { OpenDatabase } from "./database.ts"
import {
  countNamed,
  type Layout,
  type NamedObject,
  type NamingShare,
  namedObjects,
  nameVersion,
  namingShares,
} from "./named-objects.ts"

/** What the source itself has not as its rows say: nothing at all, or other bytes. */
export interface Fault {
  kind: "lost" | "damaged"
  shareID: string
  key: string
}

export interface CopiedObjects {
  copied: number
  /** Those that an earlier attempt had brought. */
  kept: number
  /** Of both. */
  bytes: number
  /** How many there are, and the first of them. */
  faults: number
  firstFaults: Fault[]
}

interface OpenStorage {
  database: OpenDatabase
  objects: BlobStore
}

export interface CopyObjects {
  from: OpenStorage
  to: OpenStorage
  /** Whether both are one database, of which only the objects move. */
  oneDatabase: boolean
  layout: Layout
  /** Whether an earlier attempt may have brought something; of shares up to `place` it was verified. */
  resumed: { place: string | undefined } | undefined
  signal: AbortSignal | undefined
  onProgress(progress: { done: number; total: number; bytes: number }): void
  /** Told when the objects of all shares up to this one are there. */
  onPlace(shareID: string): Promise<void>
}

/** Each holds one object, and of that a part of 8 MiB at most. */
const SHARES_AT_ONCE = 4
const SHARES_A_PLACE = 16
/** How often a share is read again whose objects vanish while they are copied: by merges and redactions at its source. */
const MOST_READINGS = 5
const MOST_TRIES = 5
const FIRST_FAULTS = 100

/** Copies the objects that the target's rows name, and no others. What they name and the source has not, is said. */
export async function copyObjects(options: CopyObjects): Promise<CopiedObjects> {
  const { from, to, oneDatabase, layout, resumed, signal, onProgress, onPlace } = options
  const { db } = to.database
  const result: CopiedObjects = { copied: 0, kept: 0, bytes: 0, faults: 0, firstFaults: [] }
  const total = await countNamed(db)

  function report(): void {
    const done = result.copied + result.kept + result.faults
    onProgress({ done, total: Math.max(done, total), bytes: result.bytes })
  }

  function count(what: "copied" | "kept", bytes: number): void {
    result[what]++
    result.bytes += bytes
    report()
  }

  function fault(found: Fault): void {
    result.faults++
    if (result.firstFaults.length < FIRST_FAULTS) result.firstFaults.push(found)
  }

  async function copyOne(share: NamingShare): Promise<void> {
    const done = new Set<string>()
    for (let readings = 1; ; readings++) {
      const named = await namedObjects(db, share.id)
      const there = resumed || readings > 1 ? await listTarget(share) : new Map<string, StoredBlob>()
      const missing: string[] = []
      for (const object of named) {
        if (done.has(object.key)) continue
        if (await bring(share, object, there.get(object.key))) done.add(object.key)
        else missing.push(object.key)
      }
      if (share.plain !== "no" && !(await bringPlain(share)) && share.plain === "yes") {
        missing.push(layout.plainKey(share))
      }
      // Something that its owner took out since must not stay here.
      const names = new Set(named.map(({ key }) => key))
      for (const key of there.keys()) if (!names.has(key)) await to.objects.delete(key)
      if (missing.length === 0) return
      // Merged, redacted or revoked since its rows were read? Then they say something else by now.
      if (!oneDatabase) await copyShare(share.id, { from: from.database, to: to.database })
      const [now = share] = await namingShares(db, { id: share.id })
      if (readings === MOST_READINGS || (await stillNames(now, missing))) {
        for (const key of missing) fault({ kind: "lost", shareID: share.id, key })
        return
      }
      if (now.generation !== share.generation) await forget(share)
      share = { ...now, before: false }
    }
  }

  async function stillNames(share: NamingShare, keys: readonly string[]): Promise<boolean> {
    const names = new Set((await namedObjects(db, share.id)).map(({ key }) => key))
    if (share.plain === "yes") names.add(layout.plainKey(share))
    return keys.some((key) => names.has(key))
  }

  async function listTarget(share: NamingShare): Promise<Map<string, StoredBlob>> {
    const there = new Map<string, StoredBlob>()
    for await (const object of to.objects.list(layout.objectPrefix(share))) there.set(object.key, object)
    return there
  }

  async function forget(share: NamingShare): Promise<void> {
    for (const key of (await listTarget(share)).keys()) await to.objects.delete(key)
    await to.objects.delete(layout.plainKey(share))
  }

  /** A segment is never changed, so what was verified once is as it was. False when the source has none. */
  async function bring(
    share: NamingShare,
    { key, bytes, sha256 }: NamedObject,
    there: StoredBlob | undefined,
  ): Promise<boolean> {
    if (share.before && there?.size === bytes) {
      count("kept", bytes)
      return true
    }
    const copied = await copyObject(key, { from: from.objects, to: to.objects, signal })
    if (!copied) return false
    if (copied.bytes !== bytes || (sha256 !== undefined && copied.sha256 !== sha256)) {
      fault({ kind: "damaged", shareID: share.id, key })
    }
    count("copied", copied.bytes)
    return true
  }

  /** What its client may replace at any moment: copied until it is the same before and after. */
  async function bringPlain(share: NamingShare): Promise<boolean> {
    const key = layout.plainKey(share)
    const there = resumed && (await to.objects.head(key))
    for (let tries = 1; ; tries++) {
      const before = await from.objects.head(key)
      if (!before) return false
      const name = (version: string) =>
        nameVersion(db, { id: share.id, was: [before.version, ...(there ? [there.version] : [])], version })
      if (there?.version === before.version && there.size === before.size) {
        count("kept", there.size)
        return true
      }
      const copied = await copyObject(key, { from: from.objects, to: to.objects, signal })
      if (!copied) return false
      const unchanged = (await from.objects.head(key))?.version === before.version
      if (!unchanged && tries < MOST_TRIES) continue
      // Else the row is of no version that is there, and who looks next sees a new one.
      if (unchanged) await name(copied.version)
      count("copied", copied.bytes)
      return true
    }
  }

  report()
  for (let after: string | undefined; ; ) {
    const place = resumed?.place
    const page = await namingShares(db, {
      limit: SHARES_A_PLACE,
      ...(after !== undefined && { after }),
      ...(place !== undefined && { place }),
    })
    const last = page.at(-1)
    if (!last) return result
    await atOnce(page, async (share) => {
      signal?.throwIfAborted()
      await copyOne(share)
    })
    after = last.id
    if (!last.before) await onPlace(last.id)
  }
}

/** Resolves, or throws the first error, when nothing is under way any more. */
async function atOnce<T>(values: readonly T[], work: (value: T) => Promise<void>): Promise<void> {
  const queue = values.values()
  let failure: { error: unknown } | undefined
  async function lane(): Promise<void> {
    for (const value of queue) {
      if (failure) return
      await work(value).catch((error: unknown) => {
        failure ??= { error }
      })
    }
  }
  await Promise.all(Array.from({ length: SHARES_AT_ONCE }, lane))
  if (failure) throw failure.error
}
