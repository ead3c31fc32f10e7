import { sql } from "kysely"
import { type CopiedObjects, copyObjects } from "./copy-objects.ts"
import { copyRows, type Fingerprint, fingerprint } from "./copy-rows.ts"
import { type DatabasePlace, nameDatabase, type OpenDatabase, openDatabase } from "./database.ts"
import { addInstanceKeys } from "./instance-keys.ts"
import { beginMark, endMark, findMark, type Mark, noteMark, refuseUnfinished } from "./mark.ts"
import type { Layout } from "./named-objects.ts"
import { countObjects, nameObjects, type ObjectPlace, openObjects, requireNoObjects } from "./objects.ts"

/** A database and a place of objects: all that there is of a server. */
export interface StoragePlace {
  database: DatabasePlace
  objects: ObjectPlace
}

export interface Progress {
  phase: "rows" | "objects"
  done: number
  /** What is known of it so far. */
  total: number
  /** Of objects that are there by now. */
  bytes: number
}

export interface TransferOptions {
  from: StoragePlace
  to: StoragePlace
  /**
   * Whether the source may be written to meanwhile: then the copy is of the moment at which its rows were read. Otherwise a
   * source that was is refused, so that nothing is lost on the way.
   */
  mayRun: boolean
  /** Called when all else is there: keys of the instance that do not stand in the source's database are to come along. */
  carryKeys?(keepInDatabase: (lines: string) => Promise<void>): Promise<void>
  layout: Layout
  /** Milliseconds since the epoch. */
  now(): number
  signal?: AbortSignal | undefined
  /** Contract: must not throw. */
  onProgress?: ((progress: Progress) => void) | undefined
}

export interface Transferred extends CopiedObjects {
  /** Whether an earlier attempt was gone on with. */
  resumed: boolean
  rows: number
  /** Objects at the source that no row names: left there. */
  leftBehind: number
}

/**
 * Copies one storage into another, empty one. From beginning to end the target is marked as incomplete, and no server starts
 * on it; broken off anywhere, the same call goes on. Each object is held against what was read. Throws sentences for the
 * operator.
 *
 * The rows come first, as of one moment: they say which objects there are.
 */
export async function transfer(options: TransferOptions): Promise<Transferred> {
  const { from, to, mayRun, layout, now, signal, onProgress = () => {} } = options
  const places = { from: nameStorage(from), to: nameStorage(to) }
  const oneDatabase = nameDatabase(from.database) === nameDatabase(to.database)
  const sameObjects = nameObjects(from.objects) === nameObjects(to.objects)
  if (oneDatabase && sameObjects) throw new Error(`Both are the same storage: ${places.from}.`)

  const source = await openDatabase(from.database, { migrate: false })
  const target = oneDatabase ? source : await openTarget(to.database, source)
  try {
    if (!oneDatabase) await requireFinished(source, nameObjects(from.objects))
    if (!mayRun) await requireNoServers(source)
    const [sourceObjects, targetObjects] = [
      await openObjects(from.objects, "read"),
      await openObjects(to.objects, "fill"),
    ]
    const begin: Mark = {
      from: places.from,
      objects: nameObjects(to.objects),
      objectsOnly: oneDatabase,
      begunAt: now(),
    }
    const before = await beginMark(target, begin, async () => {
      if (!sameObjects) await requireNoObjects(targetObjects, nameObjects(to.objects))
    })
    const mark = before ?? begin

    let [rows, was]: [number, Fingerprint] = [0, ""]
    if (oneDatabase) was = await fingerprint(source.db)
    else {
      const copied = await copyRows({
        from: source,
        to: target,
        signal,
        onProgress: (progress) => onProgress({ phase: "rows", ...progress, bytes: 0 }),
      })
      ;[rows, was] = [copied.rows, copied.fingerprint]
    }

    let objects: CopiedObjects = { copied: 0, kept: 0, bytes: 0, faults: 0, firstFaults: [] }
    let leftBehind = 0
    if (!sameObjects) {
      objects = await copyObjects({
        from: { database: source, objects: sourceObjects },
        to: { database: target, objects: targetObjects },
        oneDatabase,
        layout,
        resumed: before && { place: before.place },
        signal,
        onProgress: (progress) => onProgress({ phase: "objects", ...progress }),
        onPlace: (place) => noteMark(target.db, { ...mark, place }),
      })
      leftBehind = Math.max(0, (await countObjects(sourceObjects, signal)) - objects.copied - objects.kept)
    }
    if (!mayRun && (await fingerprint(source.db)) !== was) {
      throw new Error(
        `${source.name} was written to meanwhile. Stop every server on it and give the same command again: what is there already stays.`,
      )
    }
    await options.carryKeys?.((lines) => addInstanceKeys(target.db, lines))
    await endMark(target.db)
    return { resumed: before !== undefined, rows, leftBehind, ...objects }
  } finally {
    await source.close()
    if (target !== source) await target.close()
  }
}

async function openTarget(place: DatabasePlace, source: OpenDatabase): Promise<OpenDatabase> {
  try {
    return await openDatabase(place, { migrate: true })
  } catch (error) {
    await source.close()
    throw error
  }
}

/** Of one storage always the same, and without a secret. */
function nameStorage({ database, objects }: StoragePlace): string {
  return `${nameDatabase(database)} and ${nameObjects(objects)}`
}

/** What is half a copy itself would be taken for a whole one. */
async function requireFinished({ db }: OpenDatabase, objects: string): Promise<void> {
  const found = await findMark(db)
  if (found) refuseUnfinished(found, objects)
}

/** Every server on PostgreSQL keeps a connection of this name. An embedded one holds the lock of its folder. */
const LISTENING = "better-share listen"

async function requireNoServers({ db, kind, name }: OpenDatabase): Promise<void> {
  if (kind === "sqlite") return
  const { rows } = await sql<{ count: number }>`select count(*) as count from pg_stat_activity
    where datname = current_database() and application_name = ${LISTENING}`.execute(db)
  const count = rows[0]?.count ?? 0
  if (count === 0) return
  throw new Error(
    `${count} ${count === 1 ? "server is" : "servers are"} running on ${name}. Stop every one: what it would still take in would not come along.`,
  )
}
