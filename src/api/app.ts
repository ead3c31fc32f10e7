import { Hono } from "hono"
import { compress } from "hono/compress"
import { ShareError } from "../protocol/errors.ts"
import { ROUTES } from "../protocol/routes.ts"
import { maskPath, pathOf, splitPathToken } from "./access.ts"
import { assetUrls, createAssetRoutes } from "./assets.ts"
import { createCardRoutes } from "./card.ts"
import type { ApiDeps, ApiEnv, Bindings } from "./context.ts"
import { createDirectRoutes } from "./direct.ts"
import { answerError } from "./errors.ts"
import { createEventRoutes } from "./events.ts"
import { createExportRoutes } from "./export.ts"
import { createFormatRoutes } from "./formats.ts"
import { createLimits } from "./limits.ts"
import { createMetadataRoutes } from "./metadata.ts"
import { describeApi } from "./openapi.ts"
import { createPageRoutes } from "./pages.ts"
import { createPluginRoutes } from "./plugin-file.ts"
import { createRedactionRoutes } from "./redactions.ts"
import { createSearchRoutes } from "./search.ts"
import { SECURITY_HEADERS } from "./security-headers.ts"
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
    getPath: (request) => splitPathToken(pathOf(request.url)).path.replace(/(?<=.)\/+$/, ""),
  })

  const squeeze = compress()
  app.use(async (c, next) => {
    const started = machine.now()
    const requestID = crypto.randomUUID()
    const path = pathOf(c.req.url)
    c.set("requestID", requestID)
    c.set("pathToken", splitPathToken(path).token)
    await next()
    if (!c.get("complete")) {
      await squeeze(c, async () => {})
      for (const [name, value] of Object.entries(SECURITY_HEADERS)) c.res.headers.set(name, value)
      c.res.headers.set("x-request-id", requestID)
    }
    log.debug(
      {
        request: requestID,
        method: c.req.method,
        path: maskPath(path),
        status: c.res.status,
        ms: machine.now() - started,
      },
      "request",
    )
  })

  app.get(ROUTES.health.path, (c) => c.json({ ok: true, version: config.version }))
  const doc = describeApi(config)
  app.get("/api/doc", (c) => c.json(doc))
  app.get("/robots.txt", (c) => c.text("User-agent: *\nDisallow: /api/\n"))
  app.get("/favicon.ico", (c) => c.redirect(assetUrls(assets).icon, 302))
  // The address of opencode.json, opened in a browser.
  app.get("/t/:token", (c) => c.redirect("/", 302))
  app.route("/", createAssetRoutes(assets))
  app.route("/", createPluginRoutes(deps))
  const limits = createLimits(deps)
  for (const path of ["/api/share/*", "/api/upload/*", "/share/*", "/s/*"]) app.use(path, limits.countRequest)
  app.route("/", createShareRoutes(deps, limits))
  const events = createEventRoutes(deps)
  app.route("/", events.routes)
  app.route("/", createDirectRoutes(deps, limits))
  app.route("/", createRedactionRoutes(deps))
  app.route("/", createMetadataRoutes(deps))
  app.route("/", createExportRoutes(deps))
  app.route("/", createFormatRoutes(deps))
  app.route("/", createSearchRoutes(deps))
  app.route("/", createPageRoutes(deps))
  app.route("/", createCardRoutes(deps))
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
