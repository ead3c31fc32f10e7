import pg from "pg"
import type { Log } from "../../shares/ports.ts"
import { connectionConfig } from "./connection.ts"

export interface PoolOptions {
  url: string
  /** Connections at most; 10 unless told. */
  size?: number
  log: Pick<Log, "warn">
}

/** A statement of ours takes milliseconds; one that takes this long waits for something that does not come. */
const STATEMENT_MS = 10_000
/** The server answers every statement within its limit, so a longer silence is a dead connection. */
const SILENCE_MS = STATEMENT_MS + 2_000
/** Of the types that our tables have, only int8 would arrive as text. Times and sizes stay far below 2^53. */
const INT8 = 20
export const TYPES = {
  getTypeParser: (oid: number, format?: "text" | "binary") =>
    oid === INT8 ? Number : pg.types.getTypeParser(oid, format as "text"),
} as pg.CustomTypesConfig

export function openPool({ url, size = 10, log }: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    ...connectionConfig({ url, name: "better-share", silence: SILENCE_MS }),
    max: size,
    statement_timeout: STATEMENT_MS,
    idle_in_transaction_session_timeout: STATEMENT_MS,
    types: TYPES,
  })
  // Unheard, either event would end the process. The pool replaces such a connection by itself.
  pool.on("error", (err) => log.warn({ err }, "lost an idle connection to PostgreSQL"))
  // The pool listens only while a connection is idle: https://node-postgres.com/apis/pool#error
  pool.on("connect", (client) => client.on("error", () => {}))
  return pool
}
