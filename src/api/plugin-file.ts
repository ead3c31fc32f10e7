import { Hono } from "hono"
import type { ApiDeps, ApiEnv } from "./context.ts"
import { namesTag } from "./entity-tag.ts"

/** Stands in the built plugin for the address of the server that gives it out (src/plugin/entry.ts). */
const SERVER_URL = "{{BETTER_SHARE_SERVER_URL}}"

/** `GET /plugin.js`: the OpenCode plugin that fits this server, with its address filled in. */
export function createPluginRoutes({ plugin, machine, config }: ApiDeps): Hono<ApiEnv> {
  return new Hono<ApiEnv>().get("/plugin.js", async (c) => {
    const source = await plugin()
    const etag = `"${machine.hash(`${config.baseUrl}\n${source}`)}"`
    const headers = { etag, "cache-control": "private, no-cache" }
    if (namesTag(c.req.header("if-none-match"), etag)) return c.body(null, 304, headers)
    // The address is a URL, in which a quote or a backslash is escaped.
    const body = source.replaceAll(SERVER_URL, () => new URL(config.baseUrl).href.replace(/\/$/, ""))
    return c.body(body, 200, { ...headers, "content-type": "text/javascript; charset=utf-8" })
  })
}
