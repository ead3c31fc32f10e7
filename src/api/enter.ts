import { type Context, Hono } from "hono"
import * as z from "zod/mini"
import { ShareError } from "../protocol/errors.ts"
import type { SessionKind } from "../trust/ports.ts"
import type { Entry } from "../trust/sessions.ts"
import { renderEnterPage } from "../viewer/enter-page.ts"
import { assetUrls } from "./assets.ts"
import { originOf } from "./audit-origin.ts"
import { readQuery } from "./body.ts"
import { type BrowserSessions, createBrowserSessions } from "./browser-session.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"

const codeField = z.object({
  code: z
    .string()
    .check(z.regex(/^[A-Za-z0-9_-]{43}$/, "must be the code of a link that was given out here")),
})

/** Where each kind of session begins. */
const HOMES: Record<SessionKind, string> = { owner: "/shares", admin: "/admin" }

/**
 * A link that lets one browser in. Opening it asks, and only the button uses it up: programs that look at links before
 * people do would otherwise leave nothing to open.
 */
export function createEnterRoutes(deps: ApiDeps, browsers = createBrowserSessions(deps)): Hono<ApiEnv> {
  const { trust, assets } = deps
  const app = new Hono<ApiEnv>()

  app.get("/enter", (c) => {
    const { code } = readQuery(c, codeField)
    const page = renderEnterPage({ code, assets: assetUrls(assets) })
    return c.html(page, 200, { "cache-control": "no-store", "x-robots-tag": "noindex" })
  })

  app.post("/enter", async (c) => {
    const { code } = await browsers.readForm(c, codeField)
    const entry = await trust.sessions.takeEntry(code)
    if (!entry) {
      throw new ShareError(
        "forbidden",
        "This link has been used, or is older than ten minutes. Ask for a new one.",
      )
    }
    return letIn(c, { deps, browsers, entry })
  })

  return app
}

/** Starts a session for whoever has shown what lets them in, and leads them to where it begins. */
export async function letIn(
  c: Context<ApiEnv>,
  { deps, browsers, entry }: { deps: Pick<ApiDeps, "trust">; browsers: BrowserSessions; entry: Entry },
): Promise<Response> {
  // Nobody is let in of whom there is no record.
  if (entry.kind === "admin") {
    await deps.trust.audit.record({ ...(await originOf(c, deps, "admin")), event: "admin_entered" })
  }
  await browsers.startSession(c, entry.kind, entry.subject)
  return c.redirect(HOMES[entry.kind], 303)
}

/** The address of a link with such a code. */
export function enterUrl(baseUrl: string, code: string): string {
  return `${baseUrl}/enter?${new URLSearchParams({ code })}`
}
