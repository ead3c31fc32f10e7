import type { Kysely } from "kysely"
import type { TrustStore } from "../../trust/ports.ts"
import type { Schema } from "../meta/schema.ts"
import type { AuditWriter } from "./audit-writer.ts"

/** What the instance keeps of itself. */
export function createInstanceQueries(
  db: Kysely<Schema>,
  audit: AuditWriter,
): Pick<TrustStore, "readInstance" | "keepInstance" | "replaceAdmin"> {
  async function readInstance(name: string): Promise<string | undefined> {
    const row = await db.selectFrom("instance").select("value").where("name", "=", name).executeTakeFirst()
    return row?.value
  }

  return {
    readInstance,
    async keepInstance(name, value) {
      await db
        .insertInto("instance")
        .values({ name, value })
        .onConflict((conflict) => conflict.column("name").doNothing())
        .execute()
      return (await readInstance(name)) ?? value
    },

    replaceAdmin: ({ name, value, audit: note }) =>
      audit.transaction(async (tx, write) => {
        await tx
          .insertInto("instance")
          .values({ name, value })
          .onConflict((conflict) => conflict.column("name").doUpdateSet({ value }))
          .execute()
        for (const table of ["browser_sessions", "entries"] as const) {
          await tx.deleteFrom(table).where("kind", "=", "admin").execute()
        }
        await write(note)
      }),
  }
}
