import type { Context, MiddlewareHandler } from "hono"
import { ShareError } from "../protocol/errors.ts"
import { type Gate, isOpen, type Shown } from "../shares/access/admission.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"
import { namedShare } from "./named-share.ts"
import { createOwnership } from "./ownership.ts"
import { createPassCookie } from "./pass-cookie.ts"
import { wantedFormat } from "./wanted-format.ts"

export interface Visitors {
  /** Lets through, to whatever reads a share, who may see it. Throws what reading it would throw, and `password_required`. */
  admit: MiddlewareHandler<ApiEnv>
  /** What a request shows for itself. */
  shownBy(c: Context<ApiEnv>, shareID: string): Promise<Shown>
  /** Has the browser keep what opens a share. */
  keepPass(c: Context<ApiEnv>, pass: { shareID: string; capability: string }): void
}

/** What is kept of shares in memory. */
export interface Kept {
  /** Who may see a share, where that is known without a question. */
  gateOf(shareID: string): Gate | undefined
  /** Drops all of a share that is no more. */
  forget(shareID: string): void
}

/**
 * Who may see a share, asked once, before every route that reads one.
 */
export function createVisitors(deps: Pick<ApiDeps, "shares" | "trust" | "config">, kept: Kept): Visitors {
  const { shares } = deps
  const passes = createPassCookie(deps.config)
  const ownerships = createOwnership(deps)

  async function shownBy(c: Context<ApiEnv>, shareID: string): Promise<Shown> {
    const secret = c.req.header("x-share-secret")
    return {
      isWriter: secret !== undefined && (await shares.opens({ shareID, secret })),
      capability: namedShare(c)?.capability ?? passes.find(c, shareID),
      owns: await ownerships(c),
    }
  }

  /** What follows need not ask for the row again. */
  async function findAnew(c: Context<ApiEnv>, shareID: string): Promise<Gate> {
    try {
      const found = await shares.find(shareID)
      c.set("found", found)
      return found
    } catch (error) {
      // News of its end may have been lost.
      if (error instanceof ShareError) kept.forget(shareID)
      throw error
    }
  }

  async function isPass(
    c: Context<ApiEnv>,
    { shareID, capability }: { shareID: string; capability: string },
  ): Promise<boolean> {
    const gate = c.get("found") ?? kept.gateOf(shareID)
    return gate !== undefined && !isOpen(gate) && (await shares.isCapability(gate, capability))
  }

  return {
    shownBy,
    keepPass: passes.add,

    async admit(c, next) {
      const named = namedShare(c)
      if (!named || (c.req.method !== "GET" && c.req.method !== "HEAD")) return next()
      const { shareID, capability } = named
      c.set("admitted", shareID)
      // These ask for the secret themselves, before anything else.
      if (STORED.test(c.req.path) && c.req.header("x-share-secret") !== undefined) return next()
      const known = kept.gateOf(shareID)
      if (known && isOpen(known)) c.set("admittedAt", known.access)
      else {
        const shown = await shownBy(c, shareID)
        // Asked for also when its page is kept: a private share must take the time of one that is not there.
        const found = await findAnew(c, shareID)
        await shares.admit(found, shown)
        c.set("admittedAt", found.access)
      }
      // A browser keeps it, so that it stands neither in its history nor in a link that is copied from there.
      if (capability !== undefined && isPage(c)) {
        // One that opens nothing is not kept: it would push out those that do.
        if (await isPass(c, { shareID, capability })) passes.add(c, { shareID, capability })
        return c.redirect(withoutCapability(c, shareID), 302)
      }
      return next()
    },
  }
}

/** What is stored, as it is, and what was taken out of it. */
const STORED = /^\/api\/share\/[^/]+\/(?:segments(?:\/|$)|redactions$)/

function isPage(c: Context<ApiEnv>): boolean {
  const { path } = c.req
  return path.startsWith("/share/") && !/\.[a-z]+$/.test(path) && wantedFormat(c) === undefined
}

function withoutCapability(c: Context<ApiEnv>, shareID: string): string {
  const { search } = new URL(c.req.url)
  return `${c.req.path.replace(/^\/share\/[^/]+/, `/share/${shareID}`)}${search}`
}
