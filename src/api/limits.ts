import type { Context, MiddlewareHandler } from "hono"
import type { AuditOrigin } from "../protocol/audit.ts"
import { ShareError } from "../protocol/errors.ts"
import { ROUTES } from "../protocol/routes.ts"
import { type BudgetName, type BudgetState, type Limiter, LimitReached } from "../shares/ports.ts"
import { identifyCreator } from "./access.ts"
import { originOf } from "./audit-origin.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"
import { networkOf } from "./network.ts"

/** Who asks to create: hashed as it is stored, and as the audit says it. */
export interface Asking {
  creator: string
  address: string
  tokenID: string | undefined
  by: AuditOrigin
}

/** How often one address, or one token, may ask for what (docs/protocol.md, Limits). */
export interface Limits {
  /**
   * For every route that creates, before it reads the body: counts the request, and says who asks. The new share itself is counted where it is made (storage/limiter/new-shares.ts). Throws LimitReached,
   * `unauthorized`, `forbidden`.
   */
  beforeCreate(c: Context<ApiEnv>): Promise<Asking>
  /** `RateLimit-*` for the answer to a creation. */
  creationHeaders(who: Asking): Promise<Record<string, string>>
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
      const tries = limiters["create-requests"]
      // Before anybody looks at a token, so that of tokens tried at once none is looked at beyond the limit.
      c.set("standing", await take(tries, address))
      const { creator, actor, token } = await identifyCreator(c, deps, address)
      if (token) {
        // One that is right counts by itself. What cannot be given back now is free at the end of its window.
        await tries?.giveBack(address).catch(() => {})
        c.set("standing", await take(limiters["token-create-requests"], token.id))
      }
      await deps.trust.blocks.refuse({ tokenID: token?.id, creator })
      return { creator, address, tokenID: token?.id, by: await originOf(c, deps, actor) }
    },
    async creationHeaders({ tokenID, address }) {
      const [limiter, key] =
        tokenID === undefined
          ? [limiters["new-shares"] ?? limiters["create-requests"], address]
          : [limiters["token-new-shares"] ?? limiters["token-create-requests"], tokenID]
      // What has been created is answered, whether or not the limits can be read.
      const state = await limiter?.peek(key).catch(() => undefined)
      return state ? stateHeaders(state) : {}
    },
    async countRequest(c, next) {
      const name = budgetOf(c)
      const limiter = name && limiters[name]
      // Counted in this node's memory alone, so the address need not be hashed, which would cost more than the rest.
      if (limiter) c.set("standing", await take(limiter, networkOf(c.env.address)))
      await next()
    },
    async countPass(shareID) {
      await take(limiters["share-passes"], shareID)
    },
  }
}

/** The refusal, as it is answered. */
export function describeLimit({ budget, state }: LimitReached): {
  error: ShareError
  headers: Record<string, string>
} {
  const seconds = Math.max(1, Math.ceil(state.resetAfterMs / 1000))
  const wait = seconds < 120 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`
  const more = FIXED.has(budget.name) ? "" : ", or ask who runs this server for a higher limit"
  const message = `${REFUSALS[budget.name](budget.limit)} Try again in ${wait}${more}.`
  return {
    error: new ShareError("rate_limited", message),
    headers: { ...stateHeaders(state), "retry-after": String(seconds) },
  }
}

/** Limits that no setting changes. */
const FIXED: ReadonlySet<BudgetName> = new Set(["passwords", "share-passwords", "entries", "admin-failures"])

const REFUSALS: Record<BudgetName, (limit: number) => string> = {
  "new-shares": (limit) => `Your address has made the ${limit} new shares that it may make in an hour.`,
  "token-new-shares": (limit) =>
    `Your token has made the ${limit} new shares that may be made with it in an hour.`,
  "token-create-requests": (limit) =>
    `Your token has made the ${limit} requests to create shares that may be made with it in a minute.`,
  "create-requests": (limit) =>
    `Your address has made the ${limit} requests to create shares that it may make in a minute.`,
  views: (limit) => `Your address has made the ${limit} requests for shares that it may make in a minute.`,
  syncs: (limit) => `Your address has made the ${limit} changes to shares that it may make in a minute.`,
  entries: (limit) => `Your address has given the ${limit} wrong passwords that it may give in a minute.`,
  passes: (limit) =>
    `Your address has handed on passing text ${limit} times, as often as it may in a minute.`,
  "admin-failures": (limit) =>
    `Your address has tried ${limit} wrong admin tokens, as many as it may in ten minutes.`,
  "share-passes": (limit) =>
    `Passing text of this share has been handed on ${limit} times, as often as it may in a minute.`,
  passwords: (limit) => `Your address has given ${limit} wrong passwords for this share.`,
  "share-passwords": (limit) => `Wrong passwords have been given for this share ${limit} times in an hour.`,
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

/** Resolves to what the answer says of it. Throws LimitReached. */
async function take(
  limiter: Limiter | undefined,
  key: string,
): Promise<Readonly<Record<string, string>> | undefined> {
  if (!limiter) return undefined
  const { allowed, ...state } = await limiter.take(key)
  if (!allowed) throw new LimitReached(limiter.budget, state)
  return stateHeaders(state)
}

/** As most services send them: https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-03 */
function stateHeaders({ limit, remaining, resetAfterMs }: BudgetState): Record<string, string> {
  return {
    "ratelimit-limit": String(limit),
    "ratelimit-remaining": String(remaining),
    "ratelimit-reset": String(Math.ceil(resetAfterMs / 1000)),
  }
}
