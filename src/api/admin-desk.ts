import type { Context, Handler } from "hono"
import * as z from "zod/mini"
import { ShareError } from "../protocol/errors.ts"
import type { BrowserSession } from "../trust/sessions.ts"
import { type AdminFrame, renderAdminRefusal, sectionOf } from "../viewer/admin/frame.ts"
import { adminStyleUrl, assetUrls } from "./assets.ts"
import { type BrowserSessions, createBrowserSessions, FORM_TOKEN } from "./browser-session.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"

type Answer = Response | string

/** What the operator's pages have in common: they are there inside of a session, and their forms are its own. */
export interface AdminDesk {
  browsers: BrowserSessions
  /** A page, as its HTML or as a whole answer. Whoever was not let in is led to where they can be. */
  page(show: (c: Context<ApiEnv>, frame: AdminFrame) => Promise<Answer>): Handler<ApiEnv>
  /** What a form of these pages asks for. Throws `forbidden` for who was not let in, and for forms from elsewhere. */
  form<T extends z.ZodMiniType>(
    schema: T,
    act: (c: Context<ApiEnv>, fields: z.infer<T>, frame: AdminFrame) => Promise<Answer>,
  ): Handler<ApiEnv>
}

export function createAdminDesk(deps: ApiDeps): AdminDesk {
  const browsers = createBrowserSessions(deps)
  const assets = assetUrls(deps.assets)
  const style = adminStyleUrl(deps.assets)

  async function frameOf(session: BrowserSession): Promise<AdminFrame> {
    return { assets, style, formToken: { name: FORM_TOKEN, value: await browsers.formToken(session) } }
  }

  /** What cannot be done is told where it was asked for. */
  async function answer(
    c: Context<ApiEnv>,
    frame: AdminFrame,
    make: () => Promise<Answer>,
  ): Promise<Response> {
    try {
      const made = await make()
      return typeof made === "string" ? c.html(made) : made
    } catch (error) {
      if (!(error instanceof ShareError) || error.status >= 500) throw error
      const section = sectionOf(c.req.path)
      const back = section === "overview" ? "/admin" : `/admin/${section}`
      const asked = c.req.method === "POST" ? "change" : "page"
      const page = renderAdminRefusal(frame, { section, asked, message: error.message, back })
      return c.html(page, error.status)
    }
  }

  return {
    browsers,

    page: (show) => async (c) => {
      const session = await browsers.readSession(c, "admin")
      if (!session) return c.redirect("/admin", 303)
      const frame = await frameOf(session)
      return answer(c, frame, () => show(c, frame))
    },

    form: (schema, act) => async (c) => {
      const session = await browsers.requireSession(c, "admin")
      const frame = await frameOf(session)
      return answer(c, frame, async () => act(c, await browsers.readForm(c, schema, session), frame))
    },
  }
}

/** What a form leaves empty is not there: browsers send every field. */
export function filled<T extends z.ZodMiniType>(schema: T) {
  return z.pipe(z.transform(withoutEmpty), schema)
}

function withoutEmpty(fields: unknown): unknown {
  return Object.fromEntries(Object.entries(fields ?? {}).filter(([, value]) => value !== ""))
}
