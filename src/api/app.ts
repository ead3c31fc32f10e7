import { Hono } from "hono"
import { compress } from "hono/compress"
import { ADMIN_ROUTES } from "../protocol/admin-routes.ts"
import { ShareError } from "../protocol/errors.ts"
import { ROUTES, type Route } from "../protocol/routes.ts"
import { readTraceContext } from "../protocol/trace-context.ts"
import { pathOf, refuseBlocked, splitPathToken } from "./access.ts"
import { createAdminRoutes } from "./admin.ts"
import { createAdminPages } from "./admin-pages.ts"
import { createVisitors } from "./admit.ts"
import { assetUrls, createAssetRoutes } from "./assets.ts"
import { createCardRoutes } from "./card.ts"
import type { ApiDeps, ApiEnv, Bindings } from "./context.ts"
import { createDirectRoutes } from "./direct.ts"
import { createEnterRoutes } from "./enter.ts"
import { answerError } from "./errors.ts"
import { createEventRoutes } from "./events.ts"
import { createExportRoutes } from "./export.ts"
import { createFormatRoutes } from "./formats.ts"
import { createHealthRoutes } from "./health.ts"
import { createLimits } from "./limits.ts"
import { createLock } from "./lock.ts"
import { createMetadataRoutes } from "./metadata.ts"
import { createMetricsRoutes } from "./metrics.ts"
import { describeApi } from "./openapi.ts"
import { createOwnerRoutes } from "./owner.ts"
import { createOwnerPages } from "./owner-pages.ts"
import { createPageRoutes } from "./pages.ts"
import { createPluginRoutes } from "./plugin-file.ts"
import { createPublicListRoutes } from "./public-list.ts"
import { createRedactionRoutes } from "./redactions.ts"
import { noteRequest } from "./request-log.ts"
import { createSealedRedactionRoutes } from "./sealed-redaction.ts"
import { createSearchRoutes } from "./search.ts"
import { securityHeaders } from "./security-headers.ts"
import { createShareRoutes } from "./share.ts"
import { createUploadRoutes } from "./uploads.ts"
import { createVisibilityRoutes } from "./visibility.ts"

export interface App {
  fetch(request: Request, bindings: Bindings): Response | Promise<Response>
  /** What it answers, as the router has it. `ALL` is what stands before others, or answers what they do not take. */
  readonly routes: readonly { method: string; path: string }[]
  /** Ends the streams of those who watch, so that a server that stops need not wait for them. */
  endStreams(): void
}

/** What is counted by address, on each node (api/limits.ts). */
const COUNTED = [
  ...["/api/share/*", "/api/upload/*", "/share/*", "/s/*", "/enter", "/admin/*"],
  ...["/api/owner/*", "/shares", "/shares/*", "/api/sessions", "/sessions"],
]

/** The server as a value, `Request → Response`: a runtime is added at the edge (host/). */
export function createApp(deps: ApiDeps): App {
  const { config, machine, assets, uploads } = deps
  const app = new Hono<ApiEnv>({
    // A slash at the end of a pasted link does no harm.
    getPath: (request) => splitPathToken(pathOf(request.url)).path.replace(/(?<=.)\/+$/, ""),
  })

  const squeeze = compress()
  const everyHeader = Object.entries(securityHeaders(config.baseUrl))
  app.use(async (c, next) => {
    const began = machine.now()
    const requestID = c.env.requestID ?? crypto.randomUUID()
    const path = pathOf(c.req.url)
    c.set("requestID", requestID)
    c.set("traced", readTraceContext(c.req.header("traceparent")))
    c.set("outside", config.lock !== undefined)
    c.set("pathToken", splitPathToken(path).token)
    await next()
    if (!c.get("complete")) {
      await squeeze(c, async () => {})
      for (const [name, value] of everyHeader) c.res.headers.set(name, value)
      // Nobody keeps what does not say that it may be kept: a share may be revoked, a secret is shown once.
      if (!c.res.headers.has("cache-control")) c.res.headers.set("cache-control", "no-store")
      c.res.headers.set("x-request-id", requestID)
      for (const [name, value] of Object.entries(c.get("standing") ?? {})) {
        // A creation, and a refusal, say themselves what they are about.
        if (!c.res.headers.has(name)) c.res.headers.set(name, value)
      }
    }
    noteRequest(c, { ...deps, began })
  })

  const limits = createLimits(deps)
  for (const path of COUNTED) app.use(path, limits.countRequest)
  if (config.lock) app.use(createLock(config.lock, deps))
  app.route("/", createHealthRoutes(deps))
  const doc = describeApi(config)
  app.route("/", createMetricsRoutes(deps))
  app.get("/api/doc", (c) => c.json(doc))
  app.get("/robots.txt", (c) => c.text("User-agent: *\nDisallow: /api/\n"))
  app.get("/favicon.ico", (c) => c.redirect(assetUrls(assets).icon, 302))
  // The address of opencode.json, opened in a browser.
  app.get("/t/:token", (c) => c.redirect("/", 302))
  app.route("/", createAssetRoutes(assets, config))
  app.route("/", createPluginRoutes(deps))
  for (const path of ["/api/share/*", "/api/upload/*"]) app.use(path, refuseBlocked(deps))
  const pages = createPageRoutes(deps)
  const cards = createCardRoutes(deps)
  const visitors = createVisitors(deps, {
    gateOf: pages.gateOf,
    forget(shareID) {
      pages.forget(shareID)
      cards.forget(shareID)
    },
  })
  for (const path of ["/api/share/*", "/share/*"]) app.use(path, visitors.admit)
  app.route("/", createVisibilityRoutes(deps, visitors))
  app.route("/", createOwnerRoutes(deps))
  app.route("/", createOwnerPages(deps))
  app.route("/", createPublicListRoutes(deps))
  app.route("/", createShareRoutes(deps, limits))
  const events = createEventRoutes(deps, visitors)
  app.route("/", events.routes)
  app.route("/", createDirectRoutes(deps, limits))
  app.route("/", createRedactionRoutes(deps))
  app.route("/", createSealedRedactionRoutes(deps))
  app.route("/", createMetadataRoutes(deps))
  app.route("/", createExportRoutes(deps))
  app.route("/", createFormatRoutes(deps))
  app.route("/", createSearchRoutes(deps))
  app.route("/", pages.routes)
  app.route("/", cards.routes)
  app.route("/", createEnterRoutes(deps))
  app.route("/", createAdminRoutes(deps))
  app.route("/", createAdminPages(deps))
  if (uploads) app.route("/", createUploadRoutes({ door: uploads, maxBytes: config.maxSyncBytes }))

  const routes: Route[] = Object.values({ ...ROUTES, ...ADMIN_ROUTES })
  for (const path of new Set(routes.map((route) => route.path))) {
    const methods = routes.filter((route) => route.path === path).map((route) => route.method)
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
  return { fetch: app.fetch, routes: app.routes, endStreams: events.close }
}
