import { inject, onTestFinished } from "vitest"
import { fold } from "../../src/protocol/fold.ts"
import type { Item } from "../../src/protocol/item.ts"
import { launchBrowser, type TestBrowser } from "../browser/browser.ts"
import type { WatchedPage } from "../browser/watched-page.ts"
import { servePage } from "../loopback.ts"
import { KITCHEN_SINK_FILES, kitchenSink } from "../opencode/kitchen-sink.ts"
import {
  createOpenCode,
  type ExportedSession,
  type OpenCode,
  type OpenCodeServer,
} from "../opencode/opencode.ts"
import { type ScriptedModel, startScriptedModel } from "../opencode/scripted-model.ts"
import { waitFor } from "../wait.ts"
import { createWorld, type World } from "../world.ts"

/** The whole path but the server: a scripted model, the real OpenCode and a real browser. */
export interface Stage {
  model: ScriptedModel
  opencode: OpenCode
  browser: TestBrowser
}

export interface StageOptions {
  /** Merged over opencode.json. */
  config?: Record<string, unknown>
}

/** A stage with a server of its own. Everything is taken down when the test ends. */
export async function setStage(options: StageOptions = {}): Promise<Stage & { world: World }> {
  const world = await createWorld()
  onTestFinished(() => world.close())
  return { ...(await setStageFor(world.url, options)), world }
}

/** A stage whose OpenCode shares to the server at `shareUrl`. */
export async function setStageFor(shareUrl: string, options: StageOptions = {}): Promise<Stage> {
  const model = await startScriptedModel()
  onTestFinished(() => model.stop())
  const opencode = await newOpenCode(model, shareUrl, options)
  const browser = await launchBrowser(inject("chromiumPath"))
  onTestFinished(() => browser.close())
  return { model, opencode, browser }
}

/** One more OpenCode, with an empty home of its own. */
export async function newOpenCode(
  model: ScriptedModel,
  shareUrl: string,
  options: StageOptions = {},
): Promise<OpenCode> {
  const binary = inject("opencodeBinary")
  const opencode = await createOpenCode({
    binary,
    model: model.url,
    shareUrl,
    files: KITCHEN_SINK_FILES,
    ...options,
  })
  onTestFinished(() => opencode.dispose())
  return opencode
}

/** Makes the model play the conversation that uses every tool. */
export async function playKitchenSink({ model, opencode }: Stage): Promise<void> {
  const page = await servePage("<h1>A page</h1><p>for webfetch</p>")
  onTestFinished(() => page.stop())
  model.play(kitchenSink({ directory: opencode.directory, pageUrl: page.url }))
}

/** A running session with a share, and what one does with it. */
export interface SharedSession {
  sessionID: string
  url: string
  shareID: string
  prompt(text: string): Promise<void>
  /** Resolves when the server holds what OpenCode exports. */
  synced(): Promise<ExportedSession>
}

export async function shareNewSession(
  { opencode }: Stage,
  client: OpenCodeServer["client"],
): Promise<SharedSession> {
  const created = await client.session.create({}, { throwOnError: true })
  const sessionID = created.data.id
  const shared = await client.session.share({ sessionID }, { throwOnError: true })
  const url = shared.data.share?.url ?? ""
  const shareID = url.split("/").at(-1) ?? ""
  return {
    sessionID,
    url,
    shareID,
    async prompt(text) {
      await client.session.prompt({ sessionID, parts: [{ type: "text", text }] }, { throwOnError: true })
    },
    async synced() {
      const session = await opencode.export(sessionID)
      await waitFor("the server to hold what OpenCode exports", async () => {
        const { messages } = await readShare(url)
        return JSON.stringify(versions(messages)) === JSON.stringify(versions(session.messages))
      })
      return session
    },
  }
}

/** What the share's data folds to. */
export async function readShare(url: string) {
  const { origin, pathname } = new URL(url)
  const response = await fetch(`${origin}/api/share/${pathname.split("/").at(-1)}/data`)
  const items = (await response.json()) as Item[]
  const root = items.find(({ type, data }) => type === "session" && !(data as { parentID?: string }).parentID)
  return fold(items, (root?.data as { id: string } | undefined)?.id ?? "")
}

/** Enough of each message to see whether it is there in its last version. */
function versions(messages: { info: object; parts: object[] }[]): unknown {
  return messages.map(({ info, parts }) => [sortKeys(info), parts.map(sortKeys)])
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sortKeys(inner)]),
  )
}

/** Resolves when the page is connected to its share. */
export async function isLive({ page }: WatchedPage): Promise<void> {
  await page.locator("#live.live").waitFor({ state: "attached" })
}

/** Resolves when the page shows the text. */
export async function showsText(
  { page }: WatchedPage,
  text: string,
  options: { timeout?: number } = {},
): Promise<void> {
  await page
    .getByText(text)
    .first()
    .waitFor({ state: "attached", ...options })
}

/** Resolves when the page shows the text no longer. */
export async function hidesText({ page }: WatchedPage, text: string): Promise<void> {
  await waitFor(`"${text}" to go`, async () => (await page.getByText(text).count()) === 0)
}
