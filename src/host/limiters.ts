import type { Limiters } from "../api/context.ts"
import type { Budget, BudgetName, Limiter, Log } from "../shares/ports.ts"
import { createMemoryLimiter } from "../storage/limiter/memory.ts"
import { openPostgresLimits } from "../storage/limiter/postgres.ts"
import type { Config } from "./config.ts"

const MINUTE = 60_000
/** Wrong passwords of one address a minute: a person who mistypes is not held up, and who guesses gets nowhere. */
const ENTRIES = 20
/** Of one share a minute: a plugin hands text on seven times a second. */
const SHARE_PASSES = 1_260
/** Wrong passwords for one share: from one address in five minutes, and from everywhere in an hour. */
const PASSWORDS = 10
const SHARE_PASSWORDS = 200
/** Wrong admin tokens of one address in ten minutes. */
const ADMIN_FAILURES = 10

/** Limits on creating are shared by all nodes on a database; those on viewing and syncing are each node's own. */
export function openLimiters(
  { databaseUrl: url, limits }: Pick<Config, "databaseUrl" | "limits">,
  log: Log,
): { limiters: Limiters; close(): Promise<void> } {
  const shared = url === undefined ? undefined : openPostgresLimits({ url, log })
  const everywhere = (budget: Budget) => shared?.limiter(budget) ?? createMemoryLimiter(budget)
  const here = (budget: Budget) => createMemoryLimiter(budget)
  return {
    limiters: {
      "admin-failures": open("admin-failures", ADMIN_FAILURES, 10 * MINUTE, everywhere),
      "new-shares": open("new-shares", limits.newSharesPerHour, 60 * MINUTE, everywhere),
      "token-new-shares": open("token-new-shares", limits.newSharesPerHourPerToken, 60 * MINUTE, everywhere),
      "create-requests": open("create-requests", limits.createRequestsPerMinute, MINUTE, everywhere),
      entries: open("entries", ENTRIES, MINUTE, everywhere),
      "token-create-requests": open(
        "token-create-requests",
        limits.createRequestsPerMinutePerToken,
        MINUTE,
        everywhere,
      ),
      views: open("views", limits.viewsPerMinute, MINUTE, here),
      syncs: open("syncs", limits.syncsPerMinute, MINUTE, here),
      // As often again as syncs from one address, and of one share three times as often as a plugin does.
      passes: open("passes", limits.syncsPerMinute, MINUTE, here),
      passwords: open("passwords", PASSWORDS, 5 * MINUTE, everywhere),
      "share-passwords": open("share-passwords", SHARE_PASSWORDS, 60 * MINUTE, everywhere),
      "share-passes": open("share-passes", Math.min(limits.syncsPerMinute, SHARE_PASSES), MINUTE, here),
    },
    close: async () => shared?.close(),
  }
}

function open(
  name: BudgetName,
  limit: number,
  windowMs: number,
  make: (budget: Budget) => Limiter,
): Limiter | undefined {
  return limit === 0 ? undefined : make({ name, limit, windowMs })
}
