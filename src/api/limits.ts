import type { Context, MiddlewareHandler } from "hono"
import { ShareError } from "../protocol/errors.ts"
import { ROUTES } from "../protocol/routes.ts"
import { type BudgetName, type BudgetState, type Limiter, LimitReached } from "../shares/ports.ts"
import { identifyCreator } from "./access.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"
import { networkOf } from "./network.ts"

/** How often one address may ask for what (docs/protocol.md, Limits). */
export interface Limits {
  /**
   * For every route that creates, before it reads the body: counts the request, and says who asks, hashed as it is
   * stored. The new share itself is counted where it is made (storage/limiter/new-shares.ts). Throws LimitReached,
   * `unauthorized`, `forbidden`.
   */
  beforeCreate(c: Context<ApiEnv>): Promise<{ creator: string; address: string }>
  /** `RateLimit-*` for the answer to a creation. */
  creationHeaders(address: string): Promise<Record<string, string>>
  /** Counts what views shares and what writes to them; creations count by themselves. Throws LimitReached. */
  countRequest: MiddlewareHandler<ApiEnv>
  /** Counts what hands on passing text of a share, once its secret has proven right. Throws LimitReached. */
  countPass(shareID: string): Promise<void>
}

export function createLimits(deps: ApiDeps): Limits {
  const { limiters, machine } = deps
  const addressOf = (c: Context<ApiEnv>) => machine.hash(`address:${networkOf(c.env.address)}`)

  return {
    async beforeCreate(c) {
      const address = addressOf(c)
      await take(limiters["create-requests"], address)
      return { creator: identifyCreator(c, deps, address), address }
    },
    async creationHeaders(address) {
      const limiter = limiters["new-shares"] ?? limiters["create-requests"]
      // What has been created is answered, whether or not the limits can be read.
      const state = await limiter?.peek(address).catch(() => undefined)
      return state ? stateHeaders(state) : {}
    },
    async countRequest(c, next) {
      const name = budgetOf(c)
      const limiter = name && limiters[name]
      // Counted in this node's memory alone, so the address need not be hashed, which would cost more than the rest.
      if (limiter) await take(limiter, networkOf(c.env.address))
      await next()
    },
    countPass: (shareID) => take(limiters["share-passes"], shareID),
  }
}

/** The refusal, as it is answered. */
export function describeLimit({ budget, state }: LimitReached): {
  error: ShareError
  headers: Record<string, string>
} {
  const seconds = Math.max(1, Math.ceil(state.resetAfterMs / 1000))
  const wait = seconds < 120 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`
  const message = `${REFUSALS[budget.name](budget.limit)} Try again in ${wait}, or ask who runs this server for a higher limit.`
  return {
    error: new ShareError("rate_limited", message),
    headers: { ...stateHeaders(state), "retry-after": String(seconds) },
  }
}

const REFUSALS: Record<BudgetName, (limit: number) => string> = {
  "new-shares": (limit) => `Your address has made the ${limit} new shares that it may make in an hour.`,
  "create-requests": (limit) =>
    `Your address has made the ${limit} requests to create shares that it may make in a minute.`,
  views: (limit) => `Your address has made the ${limit} requests for shares that it may make in a minute.`,
  syncs: (limit) => `Your address has made the ${limit} changes to shares that it may make in a minute.`,
  entries: (limit) => `Your address has given the ${limit} wrong passwords that it may give in a minute.`,
  passes: (limit) =>
    `Your address has handed on passing text ${limit} times, as often as it may in a minute.`,
  "share-passes": (limit) =>
    `Passing text of this share has been handed on ${limit} times, as often as it may in a minute.`,
}

const CREATIONS = new Set<string>(
  Object.values(ROUTES)
    .filter(({ auth }) => auth === "create")
    .map(({ path }) => path),
)

const PASSING = new RegExp(`^${ROUTES.passDeltas.path.replace(":id", "[^/]+")}$`)

function budgetOf({ req: { method, path } }: Context<ApiEnv>): BudgetName | undefined {
  if (method === "GET" || method === "HEAD") return "views"
  if (CREATIONS.has(path)) return undefined
  // Apart from syncs, as whoever types much must not be kept from committing it.
  return PASSING.test(path) ? "passes" : "syncs"
}

async function take(limiter: Limiter | undefined, key: string): Promise<void> {
  if (!limiter) return
  const { allowed, ...state } = await limiter.take(key)
  if (!allowed) throw new LimitReached(limiter.budget, state)
}

/** As most services send them: https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-03 */
function stateHeaders({ limit, remaining, resetAfterMs }: BudgetState): Record<string, string> {
  return {
    "ratelimit-limit": String(limit),
    "ratelimit-remaining": String(remaining),
    "ratelimit-reset": String(Math.ceil(resetAfterMs / 1000)),
  }
}
