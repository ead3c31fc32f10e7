import { migratePostgres } from "./postgres.ts"
import { migrateSqlite } from "./sqlite.ts"

/** Brings a database's schema up to date, for those who start with MIGRATE=off. Resolves to what it took. */
export function migrateDatabase(database: { url: string } | { file: string }): Promise<string[]> {
  return "url" in database ? migratePostgres(database) : migrateSqlite(database)
}
