import { join } from "node:path"
import { build } from "esbuild"
import { expect, inject, onTestFinished, test } from "vitest"
import { root } from "../../build/build.mjs"
import sample from "../../src/host/sample/sample.json" with { type: "json" }
import { fold } from "../../src/protocol/fold.ts"
import type { Item } from "../../src/protocol/item.ts"
import { outline, renderChanges } from "../../src/viewer/live.ts"
import { renderSharePage } from "../../src/viewer/page.ts"
import { launchBrowser } from "../browser/browser.ts"

/** Draws a share, whole and as what one more message changes, with whichever functions it is given. */
function draw(
  viewer: {
    fold: typeof fold
    outline: typeof outline
    renderChanges: typeof renderChanges
    renderSharePage: typeof renderSharePage
  },
  { items, sessionID }: { items: Item[]; sessionID: string },
): { page: string; ops: string } {
  const context = { shareID: "shareinabrowser", assets: { script: "/s.js", style: "/s.css" } }
  const at = "2026-01-01T00:00:00.000Z"
  const share = { id: context.shareID, revision: 1, createdAt: at, updatedAt: at }
  const document = viewer.fold(items, sessionID)
  const before = viewer.outline(viewer.fold(items.slice(0, -1), sessionID))
  const last = items.at(-1)?.data as { id: string; messageID: string }
  const changed = new Set([`part/${last.messageID}/${last.id}`])
  return {
    page: [...viewer.renderSharePage({ share, document, context, baseUrl: "https://x.dev" })].join(""),
    ops: JSON.stringify(viewer.renderChanges({ before, document, changed, context }).ops),
  }
}

test("the viewer's functions give the same in a browser as on the server", async () => {
  const bundle = await build({
    entryPoints: [join(root, "test/browser/viewer-entry.ts")],
    bundle: true,
    format: "iife",
    globalName: "viewer",
    platform: "browser",
    target: "chrome109",
    write: false,
  })
  const browser = await launchBrowser(inject("chromiumPath"))
  onTestFinished(() => browser.close())
  const page = await browser.browser.newPage()
  await page.addScriptTag({ content: bundle.outputFiles[0]?.text ?? "" })

  const parts = sample.items.filter(({ type }) => type === "part")
  const others = sample.items.filter(({ type }) => type !== "part")
  const input = { items: [...others, ...parts] as Item[], sessionID: sample.sessionID }
  const inBrowser = await page.evaluate<ReturnType<typeof draw>>(
    `(${draw.toString()})(viewer, ${JSON.stringify(input)})`,
  )
  const onServer = draw({ fold, outline, renderChanges, renderSharePage }, input)
  expect(onServer.page.length).toBeGreaterThan(20_000)
  expect(inBrowser.page).toBe(onServer.page)
  expect(inBrowser.ops).toBe(onServer.ops)
  expect(JSON.parse(onServer.ops)).not.toEqual([])
})
