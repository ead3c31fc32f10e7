import type { Context, MiddlewareHandler } from "hono"
import { ShareError } from "../protocol/errors.ts"
import { isLoopback } from "../protocol/loopback.ts"
import type { ShareDoor } from "../shares/ports.ts"
import type { KnownToken } from "../trust/tokens.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"

/** `/t/<token>` before an API path: OpenCode's plain `enterprise.url` can carry a token only there. */
const PATH_TOKEN = /^\/t\/([^/]+)\/*(\/api\/share(?:\/.*)?)$/

/** The path of a request's address, as a `Request` has it: whole, and normalised by the runtime. */
export function pathOf(url: string): string {
  const start = url.indexOf("/", url.indexOf("://") + 3)
  const end = url.slice(start).search(/[?#]/)
  return end < 0 ? url.slice(start) : url.slice(start, start + end)
}

/** Splits the path's token off. Only the API of shares has such addresses; pages never do. */
export function splitPathToken(path: string): { path: string; token: string | undefined } {
  const [, token, rest] = PATH_TOKEN.exec(path) ?? []
  return rest === undefined ? { path, token: undefined } : { path: rest, token }
}

/** A request's path as logs may show it: what could be read as a path token or a capability is masked, however spelled. */
export function maskPath(path: string): string {
  return path
    .replace(/^\/+(t|%74|%54)\/+[^/]+/i, "/t/***")
    .replace(/(_|%5f)(?:[a-z0-9]|%[0-9a-f]{2}){22}(?=[/.]|$)/gi, "_***")
}

/** Who asks to create, as shares and the audit know them. */
export interface Creator {
  /** Hashed, as it is stored. */
  creator: string
  /** As the audit says it. */
  actor: string
  /** The token that they brought. */
  token: KnownToken | undefined
}

/**
 * Who asks to create a share: a token or, where none is needed, the address. Throws `unauthorized`, `forbidden`.
 * @param address hashed
 */
export async function identifyCreator(
  c: Context<ApiEnv>,
  { config, trust }: ApiDeps,
  address: string,
): Promise<Creator> {
  const offered = offeredToken(c)
  const token = offered === undefined ? undefined : await trust.tokens.identify(offered)
  if (token) return { creator: token.creator, actor: `token:${token.name}`, token }
  if (!config.needsToken) {
    requireOwnHost(c, config.baseUrl)
    return { creator: address, actor: "address", token: undefined }
  }
  if (offered === undefined) {
    throw new ShareError(
      "unauthorized",
      "Creating shares here takes a token: ask the operator for one, and set it as `Authorization: Bearer <token>` or in enterprise.url as <server>/t/<token>.",
    )
  }
  void trust.audit.failed({ of: "token", address: c.env.address })
  throw new ShareError("unauthorized", "The token is not one of this server's.")
}

/** Whether a request brings one of the server's create tokens. */
export async function bringsToken(c: Context<ApiEnv>, { trust }: Pick<ApiDeps, "trust">): Promise<boolean> {
  const offered = offeredToken(c)
  return offered !== undefined && (await trust.tokens.identify(offered)) !== undefined
}

function offeredToken(c: Context<ApiEnv>): string | undefined {
  return bearerToken(c.req.header("authorization")) ?? c.get("pathToken")
}

/** Throws `forbidden` where nobody may create, or not by this door. */
export function requireCreating({ create, nativeDoor }: ApiDeps["config"], door: ShareDoor): void {
  if (!create) {
    throw new ShareError(
      "forbidden",
      "No shares can be created here at the moment: whoever runs this server has turned it off.",
    )
  }
  if (door === "native" && !nativeDoor) {
    throw new ShareError(
      "forbidden",
      "This server refuses OpenCode without the Better Share plugin, which redacts and can encrypt what it shares. Its front page says how to install it.",
    )
  }
}

/** Lets everybody read and delete, and no blocked address do more. */
export function refuseBlocked({ trust }: ApiDeps): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    if (!HARMLESS.has(c.req.method)) await trust.blocks.refuse({ address: c.env.address })
    await next()
  }
}

const HARMLESS = new Set(["GET", "HEAD", "OPTIONS", "DELETE"])

/** Any page may point a name of its own at this machine; its requests then carry that name (DNS rebinding). */
function requireOwnHost(c: Context<ApiEnv>, baseUrl: string): void {
  const { hostname } = new URL(c.req.url)
  if (isLoopback(hostname) || hostname === new URL(baseUrl).hostname) return
  throw new ShareError("forbidden", "Without tokens, shares are created under this machine's own name only.")
}

export function bearerToken(header: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(header ?? "")?.[1]
}
