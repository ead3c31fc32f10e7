import type { Kysely } from "kysely"
import type { Schema } from "../meta/schema.ts"

/** The row that keeps the keys of an instance whose nodes have no folder: one line a key, the newest first. */
export const INSTANCE_KEY = "instance-key"

/** The keys of both, those of the first in front, each once. */
export function joinKeys(first: string, second = ""): string {
  const keys = `${first}\n${second}`.split(/[,\n]/).map((key) => key.trim())
  return [...new Set(keys)].filter((key) => key !== "").join("\n")
}

/** Puts keys in front of those that the database keeps. */
export async function addInstanceKeys(db: Kysely<Schema>, lines: string): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const row = await tx
      .selectFrom("instance")
      .select("value")
      .where("name", "=", INSTANCE_KEY)
      .executeTakeFirst()
    const value = joinKeys(lines, row?.value)
    await tx
      .insertInto("instance")
      .values({ name: INSTANCE_KEY, value })
      .onConflict((conflict) => conflict.column("name").doUpdateSet({ value }))
      .execute()
  })
}
