import type { Kysely } from "kysely"
import * as z from "zod/mini"
import type { TrustStore } from "../../trust/ports.ts"
import type { Schema } from "../meta/schema.ts"
import type { OpenDatabase } from "./database.ts"
import { TABLES } from "./tables.ts"

/** A row of this name in `instance` says that the storage is not complete yet. */
export const MARK = "unfinished-transfer"

const mark = z.object({
  /** The storage that it is filled from. */
  from: z.string(),
  /** The place of objects that is being filled. */
  objects: z.string(),
  /** Whether the database is complete, and only the objects are not. */
  objectsOnly: z.boolean(),
  begunAt: z.number(),
  /** Of all shares up to this one the objects are there and verified. */
  place: z.optional(z.string()),
})
export type Mark = z.infer<typeof mark>

/**
 * Marks a storage as one that is being filled, before anything is in it. Resolves to the mark of an earlier attempt, which is
 * gone on with, or to undefined. Throws a sentence when there is something else.
 */
export async function beginMark(
  to: OpenDatabase,
  begin: Mark,
  /** Throws unless the place of objects is empty. */
  requireEmpty: () => Promise<void>,
): Promise<Mark | undefined> {
  const before = await findMark(to.db)
  if (before?.from === begin.from && before.objects === begin.objects) return before
  // A bucket that was begun to be filled may be given up for another.
  const givenUp = before?.objectsOnly && begin.objectsOnly
  if (before && !givenUp) {
    throw new Error(`${to.name} is being filled from ${before.from}. Finish that, or take an empty place.`)
  }
  if (!begin.objectsOnly) await requireNoRows(to)
  await requireEmpty()
  if (givenUp) await endMark(to.db)
  // Of two that begin at the same moment the second one fails, as there is such a row.
  await to.db
    .insertInto("instance")
    .values({ name: MARK, value: JSON.stringify(begin) })
    .execute()
  return undefined
}

async function requireNoRows({ db, name }: OpenDatabase): Promise<void> {
  for (const table of TABLES) {
    const found = await db
      .selectFrom(table.name as "instance")
      .selectAll()
      .limit(1)
      .executeTakeFirst()
    if (!found) continue
    throw new Error(
      `${name} is not empty: its table ${table.name} has rows. Take a place that no server has been started on and no copy was made into, such as a new folder.`,
    )
  }
}

/** How far it has come. */
export async function noteMark(db: Kysely<Schema>, mark: Mark): Promise<void> {
  await db
    .updateTable("instance")
    .set({ value: JSON.stringify(mark) })
    .where("name", "=", MARK)
    .execute()
}

/** From here on a server may be started on it. */
export async function endMark(db: Kysely<Schema>): Promise<void> {
  await db.deleteFrom("instance").where("name", "=", MARK).execute()
}

export async function findMark(db: Kysely<Schema>): Promise<Mark | undefined> {
  const row = await db.selectFrom("instance").select("value").where("name", "=", MARK).executeTakeFirst()
  return row && mark.parse(JSON.parse(row.value))
}

/**
 * Throws a sentence when the storage is one that is still being filled: what it lacks would look as if it were lost.
 * @param objects the name of the place where the server has its objects
 */
export async function requireComplete(
  store: Pick<TrustStore, "readInstance">,
  objects: string,
): Promise<void> {
  const text = await store.readInstance(MARK)
  if (text !== undefined) refuseUnfinished(mark.parse(JSON.parse(text)), objects)
}

export function refuseUnfinished(found: Mark, objects: string): void {
  // With its objects where they were, everything is as it was.
  if (found.objectsOnly && found.objects !== objects) return
  throw new Error(
    `This storage is not complete: since ${new Date(found.begunAt).toISOString()} it is being filled from ${found.from}. Give the same command again to finish that.`,
  )
}
