import type { Kysely } from "kysely"
import type { TrustStore } from "../../trust/ports.ts"
import type { Schema } from "../meta/schema.ts"

/** What the instance keeps of itself. */
export function createInstanceQueries(db: Kysely<Schema>): Pick<TrustStore, "readInstance" | "keepInstance"> {
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
  }
}
