import type { Context } from "hono"
import { getCookie, setCookie } from "hono/cookie"
import { joinCapability, splitCapability } from "../protocol/capability.ts"
import type { ApiEnv } from "./context.ts"

/** Shares that a browser keeps a pass to; of more it forgets the first. */
const MOST_PASSES = 16
/** Seconds. */
const MAX_AGE = 7 * 24 * 3600
const NAME = "better-share-passes"

/**
 * What a browser keeps of the passwords that its reader has given: capabilities, which hold until who may see a share
 * changes. `__Host-` keeps other hosts of a domain from writing it, and is for TLS only
 * (https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Set-Cookie#cookie_prefixes).
 */
export interface PassCookie {
  find(c: Context<ApiEnv>, shareID: string): string | undefined
  add(c: Context<ApiEnv>, pass: { shareID: string; capability: string }): void
}

export function createPassCookie({ baseUrl }: { baseUrl: string }): PassCookie {
  const secure = baseUrl.startsWith("https:")
  const name = secure ? `__Host-${NAME}` : NAME

  function passesOf(c: Context<ApiEnv>): { shareID: string; capability: string }[] {
    const held = (getCookie(c, name) ?? "").split(".", 2 * MOST_PASSES)
    return held.flatMap((text) => {
      const { shareID, capability } = splitCapability(text)
      return capability === undefined ? [] : [{ shareID, capability }]
    })
  }

  return {
    find: (c, shareID) => passesOf(c).find((pass) => pass.shareID === shareID)?.capability,

    add(c, pass) {
      const others = passesOf(c).filter(({ shareID }) => shareID !== pass.shareID)
      const kept = [...others, pass].slice(-MOST_PASSES)
      const value = kept.map(({ shareID, capability }) => joinCapability(shareID, capability)).join(".")
      // Lax: who follows a link to a share from elsewhere has given its password already.
      setCookie(c, name, value, { path: "/", httpOnly: true, sameSite: "Lax", secure, maxAge: MAX_AGE })
    },
  }
}
