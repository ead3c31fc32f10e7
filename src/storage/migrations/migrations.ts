import { type Kysely, type Migration, Migrator } from "kysely"
import { shares } from "./0001-shares.ts"

/** Every migration, in order. Numbers are never reused and a released migration is never edited. */
const MIGRATIONS: Record<string, Migration> = {
  "0001-shares": shares,
}

/** Brings the schema to this version. Throws what went wrong; the migrations before it stay done. */
export async function migrate(db: Kysely<unknown>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } })
  const { error } = await migrator.migrateToLatest()
  if (error) throw error
}
