import { type Context, Hono } from "hono"
import * as z from "zod/mini"
import { splitCapability } from "../protocol/capability.ts"
import { readChosenRules } from "../protocol/chosen-rules.ts"
import { notFound, ShareError } from "../protocol/errors.ts"
import { SHARE_ID } from "../protocol/ids.ts"
import { accessBody } from "../protocol/routes.ts"
import type { ActiveShare } from "../shares/active.ts"
import { renderOwnedList } from "../viewer/owner/owned-list.ts"
import { renderOwnedShare, type Told } from "../viewer/owner/owned-share.ts"
import { renderOwnerEntry } from "../viewer/owner/owner-entry.ts"
import { type RedactPage, renderRedactPage } from "../viewer/owner/redact-page.ts"
import { renderSealedRedactPage } from "../viewer/owner/sealed-redact-page.ts"
import { assetUrls } from "./assets.ts"
import { originOf } from "./audit-origin.ts"
import { readParams, readQuery } from "./body.ts"
import { createBrowserSessions } from "./browser-session.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"
import { importUrlOf } from "./import-url.ts"
import { readPlace } from "./list-place.ts"
import { findOwnedPage, listOwned } from "./owned-shares.ts"
import { holderOf, subjectOf } from "./owner.ts"
import { fromOf, redactForm } from "./owner-redaction.ts"
import { actorOf, type OwnerSession, ownedBy } from "./owner-session.ts"

const listQuery = z.object({ after: z.optional(z.string().check(z.regex(/^\d{1,15}_[A-Za-z0-9_-]{8,64}$/))) })
const ownedParams = z.object({ id: z.string().check(z.regex(SHARE_ID)) })
const entryForm = z.object({
  link: z.string().check(z.minLength(1), z.maxLength(2048)),
  secret: z.string().check(z.minLength(1), z.maxLength(256)),
})
/** A field of a form that is left empty changes nothing. */
const accessForm = z.object({
  visibility: accessBody.shape.visibility,
  password: z.optional(z.string().check(z.maxLength(1024))),
  expires: z.optional(z.string().check(z.maxLength(64))),
})
const nothing = z.object({})

/**
 * `/shares`: all that somebody owns, for whoever a link or a secret has let in. No account is needed, and
 * no script but where something is taken out of what only a browser can read.
 */
export function createOwnerPages(deps: ApiDeps): Hono<ApiEnv> {
  const { shares, machine } = deps
  const app = new Hono<ApiEnv>()
  const browsers = createBrowserSessions(deps)
  const assets = assetUrls(deps.assets)

  app.get("/shares", async (c) => {
    const session = await browsers.readSession(c, "owner")
    if (!session) return answer(c, renderOwnerEntry({ assets }))
    const { after } = readQuery(c, listQuery)
    const list = await listOwned(deps, { ...holderOf(session), after })
    return answer(c, renderOwnedList({ ...list, formToken: await browsers.formToken(session), assets }))
  })

  app.post("/shares/open", async (c) => {
    const { link, secret } = await browsers.readForm(c, entryForm)
    const shareID = shareIDOf(link)
    if (shareID === undefined) return answer(c, renderOwnerEntry({ assets, refused: NO_LINK }), 400)
    try {
      const holder = await shares.findHolder({ secrets: [{ shareID, secret: secret.trim() }] })
      await browsers.startSession(c, "owner", subjectOf(holder))
    } catch (error) {
      if (!(error instanceof ShareError)) throw error
      return answer(c, renderOwnerEntry({ assets, refused: error.message }), error.status)
    }
    return c.redirect("/shares", 303)
  })

  app.post("/shares/leave", async (c) => {
    const session = await browsers.requireSession(c, "owner")
    await browsers.readForm(c, nothing, session)
    await browsers.endSession(c, "owner")
    return c.redirect("/shares", 303)
  })

  app.post("/shares/revoke", async (c) => {
    const session = await browsers.requireSession(c, "owner")
    await browsers.readForm(c, nothing, session)
    const by = await originOf(c, deps, actorOf(session))
    for (let after: string | undefined, more = true; more; more = after !== undefined) {
      const page = await findOwnedPage(deps, { ...holderOf(session), before: readPlace(after) })
      for (const { id: shareID } of page.found) {
        await shares.revokeOwned({ shareID, credentials: ownedBy(session, shares), by })
      }
      after = page.next
    }
    return c.redirect("/shares", 303)
  })

  app.get("/shares/:id", async (c) => {
    const session = await browsers.readSession(c, "owner")
    if (!session) return answer(c, renderOwnerEntry({ assets }), 403)
    return answerShare(c, session, await findOwned(c, session))
  })

  app.post("/shares/:id/access", async (c) => {
    const session = await browsers.requireSession(c, "owner")
    const { visibility, password, expires } = await browsers.readForm(c, accessForm, session)
    const { id: shareID } = await findOwned(c, session)
    const change = accessBody.safeParse({
      ...(visibility && { visibility }),
      ...(password && visibility === "password" && { password }),
      ...(expires?.trim() && { expires }),
    })
    try {
      if (!change.success) throw tooShort()
      const { expires: expiry, ...rest } = change.data
      await shares.changeAccess({
        shareID,
        credentials: ownedBy(session, shares),
        change: { ...rest, expiry },
        by: await originOf(c, deps, actorOf(session)),
      })
    } catch (error) {
      if (!(error instanceof ShareError) || (error.status !== 400 && error.status !== 409)) throw error
      return answerShare(c, session, await findOwned(c, session), { refused: error.message }, error.status)
    }
    return answerShare(c, session, await findOwned(c, session), {
      done: "Changed. It holds from this moment on.",
    })
  })

  app.post("/shares/:id/revoke", async (c) => {
    const session = await browsers.requireSession(c, "owner")
    await browsers.readForm(c, nothing, session)
    const { id: shareID } = await findOwned(c, session)
    await shares.revokeOwned({
      shareID,
      credentials: ownedBy(session, shares),
      by: await originOf(c, deps, actorOf(session)),
    })
    return c.redirect("/shares", 303)
  })

  app.post("/shares/:id/secret", async (c) => {
    const session = await browsers.requireSession(c, "owner")
    await browsers.readForm(c, nothing, session)
    const share = await findOwned(c, session)
    const by = await originOf(c, deps, actorOf(session))
    const { secret } = await shares.reissue({ shareID: share.id, by, owned: true })
    const held = session.subject.shares.map((one) =>
      one.id === share.id ? { ...one, secretHash: machine.hash(secret) } : one,
    )
    const renewed = await browsers.startSession(c, "owner", { ...session.subject, shares: held })
    return answerShare(c, renewed, await findOwned(c, renewed), { secret })
  })

  app.get("/shares/:id/redact", async (c) => {
    const session = await browsers.requireSession(c, "owner")
    const { id, encrypted } = await findOwned(c, session)
    return encrypted ? answerSealed(c, session, id) : answerRedact(c, { session, shareID: id })
  })

  app.post("/shares/:id/redact", async (c) => {
    const session = await browsers.requireSession(c, "owner")
    const fields = await browsers.readForm(c, redactForm, session)
    const { id: shareID, encrypted } = await findOwned(c, session)
    // No form of ours is sent there.
    if (encrypted) return answerSealed(c, session, shareID, 409)
    try {
      const rules = readChosenRules(fields)
      const by = await originOf(c, deps, actorOf(session))
      const receipt = await shares.redact({ shareID, credentials: ownedBy(session, shares), rules, by })
      return answerRedact(c, { session, shareID, receipt })
    } catch (error) {
      if (!(error instanceof ShareError) || (error.status !== 400 && error.status !== 409)) throw error
      return answerRedact(c, { session, shareID, refused: error.message }, error.status)
    }
  })

  async function answerSealed(
    c: Context<ApiEnv>,
    session: OwnerSession,
    shareID: string,
    status: 200 | 409 = 200,
  ): Promise<Response> {
    const script = `/assets/${deps.assets.redactScript.name}`
    const formToken = await browsers.formToken(session)
    return answer(c, renderSealedRedactPage({ shareID, formToken, assets: { ...assets, script } }), status)
  }

  async function answerRedact(
    c: Context<ApiEnv>,
    {
      session,
      shareID,
      ...told
    }: { session: OwnerSession; shareID: string } & Pick<RedactPage, "receipt" | "refused">,
    status: ShareError["status"] | 200 = 200,
  ): Promise<Response> {
    const { fold } = await shares.read(shareID)
    const page = renderRedactPage({
      shareID,
      document: fold.document(),
      from: fromOf(c),
      formToken: await browsers.formToken(session),
      ...told,
      assets,
    })
    return answer(c, page, status)
  }

  /** Throws `not_found` for one that is not this session's, as for one that is not there. */
  async function findOwned(c: Context<ApiEnv>, session: OwnerSession): Promise<ActiveShare> {
    const { id } = readParams(c, ownedParams)
    // Nothing of it is read before it is known to be theirs.
    if (!(await shares.holds(holderOf(session), await shares.find(id)))) throw notFound()
    return shares.describe(id)
  }

  async function answerShare(
    c: Context<ApiEnv>,
    session: OwnerSession,
    share: ActiveShare,
    told: Told = {},
    status: ShareError["status"] | 200 = 200,
  ): Promise<Response> {
    const page = renderOwnedShare({
      share: {
        id: share.id,
        title: share.metadata.title,
        visibility: share.visibility,
        expiresAt: share.expiresAt,
        createdAt: share.createdAt,
        updatedAt: share.updatedAt,
        messages: share.metadata.messages,
        bytes: share.storedBytes,
        views: share.views,
        viewers: shares.viewers(share.id),
        encrypted: share.encrypted,
      },
      importUrl: share.encrypted ? undefined : await importUrlOf(deps, share),
      formToken: await browsers.formToken(session),
      told,
      assets,
    })
    return answer(c, page, status)
  }

  return app
}

const NO_LINK = "That is no link of a share here. It looks like …/share/ and 22 letters."

function answer(c: Context<ApiEnv>, page: string, status: ShareError["status"] | 200 = 200): Response {
  return c.html(page, status, { "cache-control": "no-store", "x-robots-tag": "noindex" })
}

/** Of a link, or of an id alone. */
function shareIDOf(link: string): string | undefined {
  const [, text = link.trim()] = /\/(?:share|s)\/([^/?#]+)/.exec(link) ?? []
  const { shareID } = splitCapability(text)
  return SHARE_ID.test(shareID) ? shareID : undefined
}

function tooShort(): ShareError {
  return new ShareError("invalid_request", "A password must have 8 characters or more.")
}
