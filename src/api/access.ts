import type { Context } from "hono"
import { ShareError } from "../protocol/errors.ts"
import { isLoopback } from "../protocol/loopback.ts"
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

/** A request's path as logs may show it: whatever could be read as a path token is masked, however it is spelled. */
export function maskPath(path: string): string {
  return path.replace(/^\/+(t|%74|%54)\/+[^/]+/i, "/t/***")
}

/**
 * Who asks to create a share, in the hashed form that is stored: a token or, where none is needed, the address.
 * Throws `unauthorized`, `forbidden`.
 * @param address hashed
 */
export function identifyCreator(c: Context<ApiEnv>, { machine, config }: ApiDeps, address: string): string {
  if (config.createTokens.length === 0) {
    requireOwnHost(c, config.baseUrl)
    return address
  }
  const offered = offeredToken(c)
  if (offered === undefined) {
    throw new ShareError(
      "unauthorized",
      "Creating shares here takes a token: ask the operator for one, and set it as `Authorization: Bearer <token>` or in enterprise.url as <server>/t/<token>.",
    )
  }
  if (!isKnown(offered, { machine, config }))
    throw new ShareError("unauthorized", "The token is not one of this server's.")
  return machine.hash(`token:${offered}`)
}

/** Whether a request brings one of the server's create tokens. */
export function bringsToken(c: Context<ApiEnv>, deps: Pick<ApiDeps, "machine" | "config">): boolean {
  const offered = offeredToken(c)
  return offered !== undefined && isKnown(offered, deps)
}

function isKnown(offered: string, { machine, config }: Pick<ApiDeps, "machine" | "config">): boolean {
  const hash = machine.hash(offered)
  let known = false
  for (const token of config.createTokens) known = machine.equal(machine.hash(token), hash) || known
  return known
}

function offeredToken(c: Context<ApiEnv>): string | undefined {
  return bearerToken(c.req.header("authorization")) ?? c.get("pathToken")
}

/** Any page may point a name of its own at this machine; its requests then carry that name (DNS rebinding). */
function requireOwnHost(c: Context<ApiEnv>, baseUrl: string): void {
  const { hostname } = new URL(c.req.url)
  if (isLoopback(hostname) || hostname === new URL(baseUrl).hostname) return
  throw new ShareError("forbidden", "Without tokens, shares are created under this machine's own name only.")
}

function bearerToken(header: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(header ?? "")?.[1]
}
