import type { Context } from "hono"
import { getCookie, setCookie } from "hono/cookie"
import * as z from "zod/mini"
import { ShareError } from "../protocol/errors.ts"
import { ownersServers } from "../protocol/owner.ts"
import type { SessionKind } from "../trust/ports.ts"
import type { BrowserSession } from "../trust/sessions.ts"
import type { Subject } from "../trust/subject.ts"
import { readFields } from "./body.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"

/** The hidden field of every form of a session; its value is `sessions.formToken(session)`. */
export const FORM_TOKEN = "form-token"

/** Where a page's script says it. */
const FORM_TOKEN_HEADER = "x-form-token"

const formToken = z.object({ [FORM_TOKEN]: z.string().check(z.maxLength(256)) })

/** Browsers that were let in, and the forms that they send. */
export interface BrowserSessions {
  /** Undefined when this browser holds no session of the kind, or one that has ended. */
  readSession<K extends SessionKind>(c: Context<ApiEnv>, kind: K): Promise<BrowserSession<K> | undefined>
  /** The same, for pages that there are only inside of one. Throws `forbidden`. */
  requireSession<K extends SessionKind>(c: Context<ApiEnv>, kind: K): Promise<BrowserSession<K>>
  /** Lets this browser in, in the place of what it held of the kind before. */
  startSession<K extends SessionKind>(
    c: Context<ApiEnv>,
    kind: K,
    subject: Subject<K>,
  ): Promise<BrowserSession<K>>
  endSession(c: Context<ApiEnv>, kind: SessionKind): Promise<void>
  /**
   * The fields of a form that one of our own pages sent: with a session, one of this session's pages. Throws
   * `forbidden` for one from elsewhere, `invalid_request`, `too_large`, `unsupported_media_type`.
   */
  readForm<T extends z.ZodMiniType>(
    c: Context<ApiEnv>,
    schema: T,
    session?: BrowserSession,
  ): Promise<z.infer<T>>
  /** The same for what a script of such a page sends, which says the token in a header. Throws `forbidden`. */
  requireMark(c: Context<ApiEnv>, session: BrowserSession): Promise<void>
  /** The value of {@link FORM_TOKEN} for forms of this session. */
  formToken(session: BrowserSession): Promise<string>
}

export function createBrowserSessions({
  trust: { sessions },
  config: { baseUrl },
}: Pick<ApiDeps, "trust" | "config">): BrowserSessions {
  const secure = new URL(baseUrl).protocol === "https:"
  // Browsers take the prefix only with Secure, and Secure only over https: there it also keeps neighbours on the same
  // domain from putting a cookie of theirs in its place.
  // https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis-15#section-4.1.3.2
  const nameOf = (kind: SessionKind) => `${secure ? "__Host-" : ""}better-share-${kind}`
  const attributes = { path: "/", httpOnly: true, sameSite: "Strict", secure } as const

  async function readSession<K extends SessionKind>(c: Context<ApiEnv>, kind: K) {
    const secret = getCookie(c, nameOf(kind))
    return secret === undefined ? undefined : sessions.find(kind, secret)
  }

  async function endHeld(c: Context<ApiEnv>, kind: SessionKind): Promise<void> {
    const held = await readSession(c, kind)
    if (held) await sessions.end(held)
  }

  return {
    readSession,

    async requireSession(c, kind) {
      const session = await readSession(c, kind)
      if (!session) throw notLetIn()
      return session
    },

    async startSession(c, kind, subject) {
      await endHeld(c, kind)
      const { secret, expiresAt } = await sessions.start(kind, subject)
      setCookie(c, nameOf(kind), secret, { ...attributes, expires: new Date(expiresAt) })
      const session = await sessions.find(kind, secret)
      if (!session) throw notLetIn()
      return session
    },

    async endSession(c, kind) {
      await endHeld(c, kind)
      setCookie(c, nameOf(kind), "", { ...attributes, maxAge: 0 })
    },

    async readForm(c, schema, session) {
      requireOwnPage(c, baseUrl)
      const { fields, accept } = await readFields(c)
      if (session) {
        const { [FORM_TOKEN]: token } = accept(formToken, fields)
        if (!(await sessions.checkFormToken(session, token))) throw fromElsewhere()
      }
      return accept(schema, fields)
    },

    async requireMark(c, session) {
      requireOwnPage(c, baseUrl)
      const token = c.req.header(FORM_TOKEN_HEADER) ?? ""
      if (!(await sessions.checkFormToken(session, token))) throw fromElsewhere()
    },

    formToken: (session) => sessions.formToken(session),
  }
}

/**
 * A browser says which page a form comes from, and no page can make it say otherwise. What says neither is no browser
 * of the last years, or no browser.
 */
function requireOwnPage(c: Context<ApiEnv>, baseUrl: string): void {
  const site = c.req.header("sec-fetch-site")
  if (site !== undefined && site !== "same-origin" && site !== "none") throw fromElsewhere()
  const origin = c.req.header("origin")
  if (origin === undefined) return
  // Pages that tell nobody where they are send `null`, and so do those that hide it.
  if (origin === "null" ? site === undefined : !ownersServers(baseUrl, c.req.url).includes(origin)) {
    throw fromElsewhere()
  }
}

function fromElsewhere(): ShareError {
  return new ShareError(
    "forbidden",
    "This form was not sent from this server's own page, or the page was too old. Open the page again, and try once more.",
  )
}

function notLetIn(): ShareError {
  return new ShareError("forbidden", "This page takes a link that lets you in, and the last one has ended.")
}
