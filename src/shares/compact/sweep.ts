import type { Meter } from "../meter.ts"
import type { BlobStore, Log, Machine, MetaStore, ShareRow, StoredBlob } from "../ports.ts"
import { type Owner, ownerOf } from "../segment.ts"
import { COMMITTABLE_MS } from "../upload-times.ts"
import { forEachAtMost } from "./side-by-side.ts"

/** How long readers under way may still need what a merge has replaced. */
export const SUPERSEDED_MS = 15 * 60_000

/**
 * An object that is older and in no manifest will never be in one. Twice what commits are held to, so that clocks
 * may differ; S3 itself refuses those that differ by more than 15 minutes.
 */
export const ORPHAN_MS = 2 * COMMITTABLE_MS

/** How often all nodes together look through the store. */
export const SWEEP_EVERY_MS = 6 * 3600_000

/** Rows or objects that are held at a time, and how many of them are asked about side by side. */
const BATCH = 500
const SIDE_BY_SIDE = 4

export interface SweepDeps {
  meta: MetaStore
  blobs: BlobStore
  machine: Machine
  log: Log
  meter?: Meter
}

/** What a sweep has found. */
export interface Swept {
  /** Objects listed, and of those the deleted ones. */
  objects: number
  deleted: number
  /** Of the deleted. */
  bytes: number
  /** Objects of shares that the database does not know: of another database than this, so left alone. */
  unknown: number
  /** Objects that could not be asked about or deleted, and wait for the next sweep. */
  failed: number
}

export interface Sweeper {
  /** Deletes the objects that merges have replaced, once nobody can be reading them. Resolves to their number. */
  sweepSuperseded(): Promise<number>
  /**
   * Looks through the whole store for what crashes and uploads without a commit have left. Undefined when another
   * node has done so lately.
   */
  sweepOrphans(): Promise<Swept | undefined>
  /** Ends what is under way soon. */
  stop(): void
}

export function createSweeper(deps: SweepDeps): Sweeper {
  const { meta, blobs, machine, log } = deps
  let stopped = false

  /** Object, then row: what fails in between is done again. */
  async function sweepSuperseded(): Promise<number> {
    let deleted = 0
    let failure: unknown
    while (!stopped && failure === undefined) {
      const batch = await meta.superseded(machine.now() - SUPERSEDED_MS, BATCH)
      if (batch.length === 0) break
      await forEachAtMost(SIDE_BY_SIDE, batch, async (segment) => {
        try {
          await blobs.delete(segment.objectKey)
          await meta.forgetSuperseded(segment)
          deleted++
          deps.meter?.deleted({ reason: "superseded", objects: 1 })
        } catch (error) {
          failure ??= error
        }
      })
    }
    if (deleted > 0) log.info({ objects: deleted }, "deleted what merges had replaced")
    if (failure !== undefined) throw failure
    return deleted
  }

  async function sweepOrphans(): Promise<Swept | undefined> {
    const now = machine.now()
    if (!(await meta.takeLease({ name: "sweep", now, until: now + SWEEP_EVERY_MS }))) return undefined
    const swept: Swept = { objects: 0, deleted: 0, bytes: 0, unknown: 0, failed: 0 }
    let old: StoredBlob[] = []
    const sweepOld = async () => {
      const batch = byOwner(old)
      old = []
      await forEachAtMost(SIDE_BY_SIDE, batch, async (group) => {
        try {
          await sweepGroup(group, swept)
        } catch (err) {
          swept.failed += group.objects.length
          log.warn({ err, share: group.owner?.id }, "could not sweep a share's objects")
        }
      })
    }
    for (const prefix of ["shares/", "sessions/"]) {
      for await (const object of blobs.list(prefix)) {
        if (stopped) return swept
        swept.objects++
        if (object.modifiedAt >= now - ORPHAN_MS) continue
        old.push(object)
        if (old.length >= BATCH) await sweepOld()
      }
    }
    await sweepOld()
    log.info({ ...swept }, "swept the store")
    if (swept.unknown > 0) {
      log.warn(
        { objects: swept.unknown },
        "the store holds objects of shares that this database does not know: was it restored from a backup, or do two servers share a bucket?",
      )
    }
    return swept
  }

  /** Old objects of one share: listed first, asked about then, so that a merge in between leaves none unknown. */
  async function sweepGroup({ owner, objects }: Group, swept: Swept): Promise<void> {
    const share = owner && (await meta.findShare(owner.id))
    if (!owner || !share || owner.generation > share.generation) {
      swept.unknown += objects.length
      return
    }
    const needed = await whatIsNeeded(meta, { share, owner })
    for (const { key, size } of objects) {
      if (needed(key)) continue
      await blobs.delete(key)
      swept.deleted++
      deps.meter?.deleted({ reason: "orphaned", objects: 1 })
      swept.bytes += size
      log.info({ share: share.id, key, size }, "deleted an object that nothing refers to")
    }
  }

  return {
    sweepSuperseded,
    sweepOrphans,
    stop() {
      stopped = true
    },
  }
}

/** Which objects of a share somebody may still need. They are listed before it is asked for. */
export async function whatIsNeeded(
  meta: MetaStore,
  { share, owner }: { share: ShareRow; owner: Group["owner"] & {} },
): Promise<(key: string) => boolean> {
  if (share.state === "active" && owner.generation === share.generation) {
    // Who puts a plain object tells nobody, so it counts until the share is one of segments.
    if (owner.form === "plain") return () => share.form !== "log"
    const live = await meta.liveObjects(share.id)
    return (key) => live.has(key)
  }
  // A deletion counts what it deletes. What comes behind a finished one, as from a node that was cut off, it misses.
  const deletion = await meta.findDeletion(owner.id, owner.generation)
  const unfinished = deletion !== undefined && deletion.finishedAt === undefined
  return () => share.state === "expired" || unfinished
}

/** Objects whose names say that they belong together. */
export interface Group {
  owner: ReturnType<typeof ownerOf>
  objects: StoredBlob[]
}

export function byOwner(objects: readonly StoredBlob[]): Group[] {
  const groups = new Map<string, Group>()
  for (const object of objects) {
    const owner = ownerOf(object.key)
    const name = owner ? nameOf(owner) : ""
    const group = groups.get(name) ?? { owner, objects: [] }
    group.objects.push(object)
    groups.set(name, group)
  }
  return [...groups.values()]
}

function nameOf({ id, generation, form }: Owner & { form: string }): string {
  return `${form} ${id} ${generation}`
}
