import { Hono } from "hono"
import { compress } from "hono/compress"
import { ShareError } from "../protocol/errors.ts"
import { ROUTES } from "../protocol/routes.ts"
import { maskPath, splitPathToken } from "./access.ts"
import { assetUrls, createAssetRoutes } from "./assets.ts"
import type { ApiDeps, ApiEnv, Bindings } from "./context.ts"
import { answerError } from "./errors.ts"
import { createEventRoutes } from "./events.ts"
import { describeApi } from "./openapi.ts"
import { createPageRoutes } from "./pages.ts"
import { createShareRoutes } from "./share.ts"
import { createUploadRoutes } from "./uploads.ts"

export interface App {
  fetch(request: Request, bindings: Bindings): Response | Promise<Response>
  /** Ends the streams of those who watch, so that a server that stops need not wait for them. */
  endStreams(): void
}

/** The server as a value, `Request → Response`: a runtime is added at the edge (host/). */
export function createApp(deps: ApiDeps): App {
  const { config, machine, log, assets, uploads } = deps
  const app = new Hono<ApiEnv>({
    // A slash at the end of a pasted link does no harm.
    getPath: (request) => splitPathToken(new URL(request.url).pathname).path.replace(/(?<=.)\/+$/, ""),
  })

  app.use(async (c, next) => {
    const started = machine.now()
    const requestID = crypto.randomUUID()
    const { pathname } = new URL(c.req.url)
    c.set("requestID", requestID)
    c.set("pathToken", splitPathToken(pathname).token)
    await next()
    for (const [name, value] of SECURITY_HEADERS) c.res.headers.set(name, value)
    c.res.headers.set("x-request-id", requestID)
    log.debug(
      {
        request: requestID,
        method: c.req.method,
        path: maskPath(pathname),
        status: c.res.status,
        ms: machine.now() - started,
      },
      "request",
    )
  })
  app.use(compress())

  app.get(ROUTES.health.path, (c) => c.json({ ok: true, version: config.version }))
  const doc = describeApi(config)
  app.get("/api/doc", (c) => c.json(doc))
  app.get("/robots.txt", (c) => c.text("User-agent: *\nDisallow: /api/\n"))
  app.get("/favicon.ico", (c) => c.redirect(assetUrls(assets).icon, 302))
  // The address of opencode.json, opened in a browser.
  app.get("/t/:token", (c) => c.redirect("/", 302))
  app.route("/", createAssetRoutes(assets))
  app.route("/", createShareRoutes(deps))
  const events = createEventRoutes(deps)
  app.route("/", events.routes)
  app.route("/", createPageRoutes(deps))
  if (uploads) app.route("/", createUploadRoutes({ door: uploads, maxBytes: config.maxSyncBytes }))

  for (const path of new Set(Object.values(ROUTES).map((route) => route.path))) {
    const methods = Object.values(ROUTES)
      .filter((route) => route.path === path)
      .map((route) => route.method)
    app.all(path, (c) => {
      const response = answerError(
        new ShareError("method_not_allowed", `This address takes ${methods.join(" or ")} only.`),
        c,
        deps,
      )
      response.headers.set("allow", methods.join(", "))
      return response
    })
  }
  app.notFound((c) => answerError(new ShareError("not_found", "There is nothing at this address."), c, deps))
  app.onError((error, c) => answerError(error, c, deps))
  return { fetch: app.fetch, endStreams: events.close }
}

/**
 * Everything in a share is hostile: the page may load its own script and style, talk to its own server, show data
 * images, and nothing else.
 */
const SECURITY_HEADERS: [name: string, value: string][] = [
  [
    "content-security-policy",
    [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data:",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types better-share",
    ].join("; "),
  ],
  ["x-content-type-options", "nosniff"],
  ["referrer-policy", "no-referrer"],
  ["cross-origin-opener-policy", "same-origin"],
  ["cross-origin-resource-policy", "same-origin"],
]
