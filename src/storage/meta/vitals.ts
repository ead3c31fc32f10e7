import type { Kysely } from "kysely"
import { lackingMigrations } from "../migrations/migrations.ts"
import type { Schema } from "./schema.ts"

/** What those who run the server ask of the database, beside what it keeps. */
export interface Vitals {
  /** Migrations that this version knows and the schema lacks. Throws when the database does not answer. */
  lackingMigrations(): Promise<string[]>
}

export function createVitals(db: Kysely<Schema>): Vitals {
  return {
    lackingMigrations: () => lackingMigrations(db as Kysely<unknown>),
  }
}
