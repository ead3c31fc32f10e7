import type { Context, MiddlewareHandler } from "hono"
import { ShareError } from "../protocol/errors.ts"
import { ROUTES, type Route } from "../protocol/routes.ts"
import { LimitReached } from "../shares/ports.ts"
import { bearerToken, bringsToken } from "./access.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"
import { createGuesses } from "./guesses.ts"
import { mayReadMetrics } from "./metrics.ts"
import { namedShare } from "./named-share.ts"
import { networkOf } from "./network.ts"

/** Who reads anything on this server gives these (docs/protocol.md, The lock). */
export interface LockSettings {
  username: string
  password: string
}

/** The answer to whoever has no key. It says nothing of what was asked for. */
export class Locked extends ShareError {
  constructor() {
    super(
      "unauthorized",
      "This server asks for its user name and password. Programs may bring one of its create tokens, or the share's secret.",
    )
  }
}

/** https://www.rfc-editor.org/rfc/rfc7617#section-2.1 */
export const BASIC_CHALLENGE = 'Basic realm="Better Share", charset="UTF-8"'

type Key = "password" | "token" | "secret" | "capability" | "admin" | "metrics"

/** What opens which addresses. An area without keys is open: it says itself who may come in, or has nothing to hide. */
const KEYS = {
  open: [],
  share: ["password", "token", "secret", "capability", "admin"],
  metrics: ["metrics", "password"],
  rest: ["password"],
} as const satisfies Record<string, readonly Key[]>

export type Area = keyof typeof KEYS

const READS = ["GET", "HEAD"]

/** The first that fits decides; what fits none is `rest`. */
const AREAS: readonly { area: Area; methods?: readonly string[]; path: RegExp }[] = [
  { area: "open", path: /^\/api\/health(?:\/|$)/ },
  { area: "metrics", path: /^\/metrics$/ },
  // An upload's address is a signed ticket.
  { area: "open", methods: ["PUT"], path: /^\/api\/upload\// },
  // This asks for the admin token itself.
  { area: "open", path: /^\/api\/admin\// },
  // These ask for a secret or a token themselves. Not those that read: what is sealed they give to whoever asks.
  ...Object.values<Route>(ROUTES)
    .filter(({ auth, method }) => auth !== "none" && !READS.includes(method))
    .map(({ method, path }) => ({ area: "open" as const, methods: [method], path: patternOf(path) })),
  { area: "share", methods: READS, path: /^\/(?:api\/share|share|s)\/[^/]+/ },
]

export function areaOf(method: string, path: string): Area {
  const found = AREAS.find(
    ({ methods, path: fits }) => (methods?.includes(method) ?? true) && fits.test(path),
  )
  return found?.area ?? "rest"
}

/** Lets through who brings a key. Throws Locked, and LimitReached when an address has guessed too often. */
export function createLock(settings: LockSettings, deps: ApiDeps): MiddlewareHandler<ApiEnv> {
  const { limiters, machine, shares, trust } = deps
  const right = machine.hash(joined(settings))
  const guesses = limiters.entries && createGuesses({ limiter: limiters.entries, machine })
  const addressOf = (c: Context<ApiEnv>) => machine.hash(`address:${networkOf(c.env.address)}`)

  const opens: Record<Key, (c: Context<ApiEnv>) => boolean | Promise<boolean>> = {
    password(c) {
      const offered = readBasic(c.req.header("authorization"))
      if (offered === undefined) return false
      guesses?.check(addressOf(c))
      const isRight = machine.equal(machine.hash(offered), right)
      if (!isRight) guesses?.note(addressOf(c))
      return isRight
    },
    token: (c) => bringsToken(c, deps),
    metrics: (c) => mayReadMetrics(c, deps),
    async secret(c) {
      const secret = c.req.header("x-share-secret")
      const named = namedShare(c)
      return secret !== undefined && named !== undefined && (await shares.opens({ ...named, secret }))
    },
    async admin(c) {
      const offered = bearerToken(c.req.header("authorization"))
      return offered !== undefined && (await trust.admin.check(offered))
    },
    // Made here for whoever may see the share, such as an import, which knows nothing else.
    async capability(c) {
      const { shareID = "", capability } = namedShare(c) ?? {}
      if (capability === undefined) return false
      const share = await shares.find(shareID).catch(() => undefined)
      return share !== undefined && (await shares.isCapability(share, capability))
    },
  }

  async function isOpen(c: Context<ApiEnv>): Promise<boolean> {
    const keys = KEYS[areaOf(c.req.method, c.req.path)]
    if (keys.length === 0) return true
    let refusal: LimitReached | undefined
    for (const key of keys) {
      try {
        if (await opens[key](c)) return true
      } catch (error) {
        // Whoever brings another key need not wait for those who guess.
        if (!(error instanceof LimitReached)) throw error
        refusal = error
      }
    }
    if (refusal) throw refusal
    if (readBasic(c.req.header("authorization")) !== undefined) await guesses?.count(addressOf(c))
    return false
  }

  return async (c, next) => {
    if (!(await isOpen(c))) throw new Locked()
    c.set("outside", false)
    await next()
  }
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replace(/:\w+/g, "[^/]+")}$`)
}

/** `user:password` of a Basic header. What cannot be read as that is a wrong one. Undefined: there is none. */
function readBasic(header: string | undefined): string | undefined {
  const [, encoded] = /^Basic(?: +(.*))?$/i.exec(header ?? "") ?? []
  if (encoded === undefined) return undefined
  try {
    const bytes = Uint8Array.from(atob(encoded), (char) => char.charCodeAt(0))
    return normalised(new TextDecoder("utf-8", { fatal: true }).decode(bytes))
  } catch {
    return ""
  }
}

function joined({ username, password }: LockSettings): string {
  return normalised(`${username}:${password}`)
}

/** One letter can be spelled in several ways, and keyboards differ (RFC 7613). */
function normalised(text: string): string {
  return text.normalize("NFC")
}
