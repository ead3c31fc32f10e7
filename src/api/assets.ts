import { Hono } from "hono"
import { notFound } from "../protocol/errors.ts"
import type { Assets as PageAssets } from "../viewer/frame.ts"
import type { ApiConfig, ApiEnv, Asset, Assets } from "./context.ts"

/** Where pages find the assets. */
export function assetUrls(assets: Assets): PageAssets & { icon: string } {
  return {
    script: urlOf(assets.script),
    style: urlOf(assets.style),
    icon: urlOf(assets.icon),
    theme: { script: urlOf(assets.themeScript), themes: urlOf(assets.themes) },
  }
}

/** Only the operator's pages load it. */
export function adminStyleUrl({ adminStyle }: Assets): string {
  return urlOf(adminStyle)
}

function urlOf({ name }: Asset): string {
  return `/assets/${name}`
}

export function createAssetRoutes(assets: Assets, { lock }: Pick<ApiConfig, "lock">): Hono<ApiEnv> {
  // Behind a lock, a cache that many share would give them to whoever asks.
  const kept = lock === undefined ? "public" : "private"
  const byName = new Map(Object.values(assets).map((asset) => [asset.name, asset]))
  return new Hono<ApiEnv>().get("/assets/:name", (c) => {
    const asset = byName.get(c.req.param("name"))
    if (!asset) throw notFound()
    return c.body(asset.body, 200, {
      "content-type": asset.type,
      // The name holds a hash of the content.
      "cache-control": `${kept}, max-age=31536000, immutable`,
    })
  })
}
