import { DEFAULT_MIGRATION_TABLE, type Kysely, type Migration, Migrator } from "kysely"
import { shares } from "./0001-shares.ts"
import { directDoor } from "./0002-direct-door.ts"
import { limits } from "./0003-limits.ts"
import { encryption } from "./0004-encryption.ts"
import { quotas } from "./0005-quotas.ts"
import { access } from "./0006-access.ts"
import { trust } from "./0007-trust.ts"
import { redactions } from "./0008-redactions.ts"

/** Every migration, in order. Numbers are never reused and a released migration is never edited. */
const MIGRATIONS: Record<string, Migration> = {
  "0001-shares": shares,
  "0002-direct-door": directDoor,
  "0003-limits": limits,
  "0004-encryption": encryption,
  "0005-quotas": quotas,
  "0006-access": access,
  "0007-trust": trust,
  "0008-redactions": redactions,
}

/**
 * Brings the schema to this version or, without `migrate`, only checks that it is there. Throws a sentence for the
 * operator when the schema is newer than this version, or lacks what it may not add. Resolves to the migrations that
 * it took. Of several processes at once, Kysely's lock lets one migrate while the others wait: an advisory lock on
 * PostgreSQL, which ends with its connection.
 */
export async function prepareSchema(
  db: Kysely<unknown>,
  { migrate }: { migrate: boolean },
): Promise<string[]> {
  const done = await takenBefore(db)
  refuseNewer(done)
  const pending = Object.keys(MIGRATIONS).filter((name) => !done.includes(name))
  if (pending.length === 0) return []
  if (!migrate) {
    throw new Error(
      `The database lacks ${pending.join(", ")}, and MIGRATE is off. Run \`better-share migrate\`, then start again.`,
    )
  }
  const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } })
  const { error, results = [] } = await migrator.migrateToLatest()
  if (error) {
    // A newer version may have held the lock before us.
    refuseNewer(await takenBefore(db))
    throw error
  }
  return results.map(({ migrationName }) => migrationName)
}

/**
 * Migrations that this version knows and the schema lacks. One that is newer lacks none: while nodes are replaced one by
 * one, those that still run go on.
 */
export async function lackingMigrations(db: Kysely<unknown>): Promise<string[]> {
  const taken = await takenMigrations(db)
  return Object.keys(MIGRATIONS).filter((name) => !taken.includes(name))
}

function refuseNewer(taken: readonly string[]): void {
  const unknown = taken.filter((name) => !(name in MIGRATIONS))
  if (unknown.length === 0) return
  throw new Error(
    `This database was made by a newer Better Share: this version does not know ${unknown.join(", ")}. Start the newer version, or restore a backup from before it.`,
  )
}

async function takenBefore(db: Kysely<unknown>): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true })
  if (!tables.some(({ name }) => name === DEFAULT_MIGRATION_TABLE)) return []
  return takenMigrations(db)
}

async function takenMigrations(db: Kysely<unknown>): Promise<string[]> {
  const rows = await (db as Kysely<Record<typeof DEFAULT_MIGRATION_TABLE, { name: string }>>)
    .selectFrom(DEFAULT_MIGRATION_TABLE)
    .select("name")
    .orderBy("name")
    .execute()
  return rows.map(({ name }) => name)
}
