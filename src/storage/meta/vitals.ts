import { type Kysely, sql } from "kysely"
import type { ShareDoor, ShareState } from "../../shares/ports.ts"
import { lackingMigrations } from "../migrations/migrations.ts"
import type { Dialect } from "./dialect.ts"
import type { Schema } from "./schema.ts"

/** What those who run the server ask of the database, beside what it keeps. */
export interface Vitals {
  /** Migrations that this version knows and the schema lacks. Throws when the database does not answer. */
  lackingMigrations(): Promise<string[]>
  countShares(): Promise<{ state: ShareState; door: ShareDoor; shares: number; bytes: number }[]>
  countSegments(): Promise<SegmentCounts>
  countWaiting(query: { supersededBefore: number }): Promise<WaitingCounts>
  /** Connections; undefined where there is one and no more. */
  pool(): PoolUse | undefined
}

export interface SegmentCounts {
  segments: number
  /** Those beyond what merges would leave of them, share by share. */
  unmerged: number
  /** Of the share that has most. */
  most: number
  /** Shares that have at most so many, in the order of STEPS. */
  sharesUpTo: readonly { segments: number; shares: number }[]
}

/** Times are milliseconds since the epoch. */
export interface WaitingCounts {
  /** Objects that merges have replaced: all, and those that are due for deletion. */
  superseded: { all: number; due: number }
  /** Of removed shares: whose content is not known to be deleted, and who only wait for tickets to expire. */
  deletions: { uncleared: number; unfinished: number; oldestUncleared: number | undefined }
}

export interface PoolUse {
  open: number
  idle: number
  /** Statements that wait for a connection. */
  waiting: number
}

/** The last is for all that have more. */
export const STEPS = [15, 30, 45, 60, 128, 256, Number.POSITIVE_INFINITY] as const

export function createVitals(db: Kysely<Schema>, { poolUse }: Pick<Dialect, "poolUse">): Vitals {
  return {
    lackingMigrations: () => lackingMigrations(db as Kysely<unknown>),

    async countShares() {
      const rows = await db
        .selectFrom("shares")
        .select((eb) => [
          "state",
          "door",
          eb.fn.countAll().as("shares"),
          eb.fn.sum("stored_bytes").as("bytes"),
        ])
        .groupBy(["state", "door"])
        .execute()
      return rows.map(({ state, door, shares, bytes }) => ({
        state,
        door,
        shares: Number(shares),
        bytes: Number(bytes),
      }))
    },

    async countSegments() {
      // From the primary key's index alone, in both databases. The first revision of the newest segment stands for the
      // share's: of either follows how many segments merges leave.
      const { rows } = await sql<{
        step: number
        shares: number
        segments: number
        unmerged: number
        most: number
      }>`
        select ${stepOf} as step, count(*) as shares, sum(segments) as segments, max(segments) as most,
          sum(case when segments > ${leftByMerges} then segments - ${leftByMerges} else 0 end) as unmerged
        from (
          select count(*) as segments, max(first_revision) as revision from segments group by share_id
        ) as counted
        group by 1
      `.execute(db)
      const sum = (of: "segments" | "unmerged") => rows.reduce((all, row) => all + Number(row[of]), 0)
      return {
        segments: sum("segments"),
        unmerged: sum("unmerged"),
        most: Math.max(0, ...rows.map(({ most }) => Number(most))),
        sharesUpTo: STEPS.map((segments, at) => ({
          segments,
          shares: rows
            .filter(({ step }) => Number(step) <= at)
            .reduce((all, { shares }) => all + Number(shares), 0),
        })),
      }
    },

    async countWaiting({ supersededBefore }) {
      const superseded = await db
        .selectFrom("superseded")
        .select((eb) => [
          eb.fn.countAll().as("all"),
          sql<number>`coalesce(sum(case when since < ${supersededBefore} then 1 else 0 end), 0)`.as("due"),
        ])
        .executeTakeFirstOrThrow()
      const deletions = await db
        .selectFrom("deletions")
        .select([
          sql<number>`count(*)`.as("unfinished"),
          sql<number>`coalesce(sum(case when cleared_at is null then 1 else 0 end), 0)`.as("uncleared"),
          sql<number | null>`min(case when cleared_at is null then revoked_at end)`.as("oldest"),
        ])
        .where("finished_at", "is", null)
        .executeTakeFirstOrThrow()
      return {
        superseded: { all: Number(superseded.all), due: Number(superseded.due) },
        deletions: {
          uncleared: Number(deletions.uncleared),
          unfinished: Number(deletions.unfinished),
          oldestUncleared: deletions.oldest === null ? undefined : Number(deletions.oldest),
        },
      }
    },

    pool: () => poolUse?.(),
  }
}

const stepOf = sql.raw(
  `case ${STEPS.slice(0, -1)
    .map((step, at) => `when segments <= ${step} then ${at}`)
    .join(" ")} else ${STEPS.length - 1} end`,
)

/** Fewer than sixteen on each level, and so many levels as the number of commits has hexadecimal digits ([L7]). */
const leftByMerges = sql.raw(
  "(case when revision < 16 then 15 when revision < 256 then 30 when revision < 4096 then 45 when revision < 65536 then 60 else 75 end)",
)
