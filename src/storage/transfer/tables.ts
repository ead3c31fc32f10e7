/** A table, and the columns that its rows are told apart by. */
export interface Table {
  name: string
  key: readonly string[]
}

/** What belongs to one share, in an order in which rows find what they refer to. */
export const SHARE_TABLES = [
  { name: "shares", key: ["share_id"] },
  { name: "share_secrets", key: ["share_id", "hash"] },
  { name: "segments", key: ["share_id", "first_revision"] },
  { name: "superseded", key: ["share_id", "segment_id"] },
  { name: "deletions", key: ["share_id", "generation"] },
  { name: "redactions", key: ["share_id", "generation", "number"] },
] as const satisfies readonly Table[]

/** Entries are added and never changed, so the database refuses to take them back: they are added to what is there. */
export const AUDIT = { name: "audit", key: ["id"] } as const satisfies Table

/** Everything that is carried along, in such an order. */
export const TABLES: readonly Table[] = [
  { name: "instance", key: ["name"] },
  ...SHARE_TABLES,
  { name: "browser_sessions", key: ["hash"] },
  { name: "entries", key: ["hash"] },
  { name: "create_tokens", key: ["id"] },
  { name: "blocks", key: ["kind", "value"] },
  // Among them the signatures that were used, which hold once.
  { name: "leases", key: ["name"] },
  AUDIT,
  { name: "audit_outbox", key: ["audit_id"] },
]

/** What is left behind: what was counted against limits, which begins anew. It says nothing of any share. */
export const LEFT_BEHIND: readonly string[] = ["limits"]
