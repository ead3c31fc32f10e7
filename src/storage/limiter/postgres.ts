import { RateLimiterPostgres } from "rate-limiter-flexible"
import { type Budget, type Limiter, type Log, StorageError } from "../../shares/ports.ts"
import { openPool } from "../postgres/pool.ts"
import { createWindowCounter } from "./window-counter.ts"

export interface PostgresLimitsOptions {
  /** A database whose schema is up to date. */
  url: string
  log: Pick<Log, "warn">
  /** How often what has expired is deleted. Milliseconds; five minutes unless told. */
  sweepMs?: number
}

/** Limiters that all nodes on a database share. Connects when it is first asked. */
export interface PostgresLimits {
  limiter(budget: Budget): Limiter
  close(): Promise<void>
}

const TABLE = "limits"
/** Counting takes a millisecond, and nothing waits long for it. */
const CONNECTIONS = 3

export function openPostgresLimits({ url, log, sweepMs = 300_000 }: PostgresLimitsOptions): PostgresLimits {
  const pool = openPool({ url, size: CONNECTIONS, log })

  const sweeping = setInterval(() => {
    pool
      .query(`delete from ${TABLE} where expire < $1`, [Date.now()])
      .catch((err) => log.warn({ err }, "could not delete expired limits"))
  }, sweepMs)
  sweeping.unref()

  return {
    limiter(budget) {
      const counter = new RateLimiterPostgres({
        storeClient: pool,
        storeType: "pool",
        tableName: TABLE,
        tableCreated: true,
        clearExpiredByTimeout: false,
        keyPrefix: budget.name,
        points: budget.limit,
        duration: budget.windowMs / 1000,
        // Who goes on after a refusal is refused from memory, and costs the database nothing.
        inMemoryBlockOnConsumed: budget.limit + 1,
      })
      const limiter = createWindowCounter(counter, budget)
      return {
        budget,
        take: (key) => guarded("limiter.take", () => limiter.take(key)),
        peek: (key) => guarded("limiter.peek", () => limiter.peek(key)),
        giveBack: (key) =>
          guarded("limiter.giveBack", async () => {
            await limiter.giveBack(key)
            counter.deleteInMemoryBlockedAll()
          }),
      }
    },
    async close() {
      clearInterval(sweeping)
      await pool.end()
    },
  }
}

/** Always retryable: whatever keeps the limits from being counted, it is nothing about the request. */
async function guarded<T>(op: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw new StorageError(op, { retryable: true, cause })
  }
}
