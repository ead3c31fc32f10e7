import type { Kysely } from "kysely"
import type { Schema } from "./schema.ts"

/** True for one caller of all processes until `until` has passed. Milliseconds since the epoch. */
export async function takeLease(
  db: Kysely<Schema>,
  { name, now, until }: { name: string; now: number; until: number },
): Promise<boolean> {
  const row = await db
    .insertInto("leases")
    .values({ name, until })
    .onConflict((conflict) => conflict.column("name").doUpdateSet({ until }).where("leases.until", "<=", now))
    .returning("name")
    .executeTakeFirst()
  return row !== undefined
}

/** Most end by being given back; those that nobody gives back are not kept for ever. */
export async function forgetLeases(db: Kysely<Schema>, before: number): Promise<void> {
  await db.deleteFrom("leases").where("until", "<", before).execute()
}

/** Gives back what was taken until then. */
export async function endLease(
  db: Kysely<Schema>,
  { name, until }: { name: string; until: number },
): Promise<void> {
  await db.deleteFrom("leases").where("name", "=", name).where("until", "=", until).execute()
}
