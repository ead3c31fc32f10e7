import { readdirSync, readFileSync } from "node:fs"
import type { PostgresServer } from "../test/postgres/server.ts"
import type { StrictS3 } from "../test/s3/strict-s3.ts"

/** What was asked of database and bucket so far. */
export interface BackingFigures {
  /** Transactions, those of one statement among them. */
  transactions: number
  /** Bytes that the database wrote to its log, which is what its disk and its replicas have to keep up with. */
  logged: number
  /** Processor seconds of all processes of the database; NaN where they cannot be known. */
  databaseCPU: number
  /** `PutObject` → how often. */
  requests: Record<string, number>
  /** Bytes of the bodies that came. */
  written: number
}

export async function readBacking(postgres: PostgresServer, s3: StrictS3): Promise<BackingFigures> {
  const [row = {}] = await postgres.query(
    `select (select sum(xact_commit)::float8 from pg_stat_database) as transactions,
            (pg_current_wal_lsn() - '0/0'::pg_lsn)::float8 as logged,
            current_setting('data_directory') as folder`,
  )
  const requests: Record<string, number> = {}
  for (const { operation } of s3.seen) requests[operation] = (requests[operation] ?? 0) + 1
  return {
    transactions: Number(row.transactions),
    logged: Number(row.logged),
    databaseCPU: databaseCPU(String(row.folder)),
    requests,
    written: s3.seen.reduce((sum, { bytes }) => sum + bytes, 0),
  }
}

/** Of a process's times in /proc (proc_pid_stat(5)): USER_HZ. */
const TICKS_A_SECOND = 100

/** Of those that have ended as well: their first process has waited for them. */
function databaseCPU(folder: string): number {
  try {
    const [first = ""] = readFileSync(`${folder}/postmaster.pid`, "utf8").split("\n")
    const own = statOf(first)
    const children = readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map((name) => statOf(name))
      .filter((stat) => stat.parent === first)
    const ticks = own.ticks + own.endedTicks + children.reduce((sum, { ticks }) => sum + ticks, 0)
    return ticks / TICKS_A_SECOND
  } catch {
    return Number.NaN
  }
}

function statOf(pid: string): { parent: string; ticks: number; endedTicks: number } {
  try {
    // The name in brackets may hold anything; fields are counted from behind it.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ")
    const ticks = (from: number) => Number(fields[from]) + Number(fields[from + 1])
    return { parent: fields[1] ?? "", ticks: ticks(11), endedTicks: ticks(13) }
  } catch {
    // It has ended meanwhile.
    return { parent: "", ticks: 0, endedTicks: 0 }
  }
}
