import { mkdir, readdir, readFile, stat } from "node:fs/promises"
import { join } from "node:path"
import { expect, inject, onTestFinished, test } from "vitest"
import { launchBrowser } from "../browser/browser.ts"
import { CLEAN } from "../browser/watched-page.ts"
import { createGate } from "../opencode/gate.ts"
import { createOpenCode } from "../opencode/opencode.ts"
import { startScriptedModel } from "../opencode/scripted-model.ts"
import { setPluginStage } from "../plugin/plugin-stage.ts"
import { waitFor, within } from "../wait.ts"
import { createWorld, filesBelow, type World } from "../world.ts"
import { readShare, showsText } from "./stage.ts"

async function newWorld(): Promise<World> {
  const world = await createWorld()
  onTestFinished(() => world.close())
  return world
}

test("one download and no options: shared, killed in the middle of an answer, started again, undone, and in step throughout", async () => {
  const world = await newWorld()
  const model = await startScriptedModel()
  onTestFinished(() => model.stop())
  const plugin = await fetch(`${world.url}/plugin.js`)
  expect(plugin.headers.get("content-type")).toContain("javascript")
  const opencode = await createOpenCode({
    binary: inject("opencodeBinary"),
    model: model.url,
    shareUrl: world.url,
    files: { "README.md": "# demo\n", ".opencode/plugin/better-share.js": await plugin.text() },
  })
  onTestFinished(() => opencode.dispose())
  const gate = createGate()
  onTestFinished(() => gate.open())
  model.play({
    turns: [
      { text: "The first answer." },
      { text: ["Half of ", gate, "the second answer."] },
      { text: "The third answer." },
      { text: "The fourth answer." },
    ],
  })

  const first = await opencode.serve()
  const { data: session } = await first.client.session.create({}, { throwOnError: true })
  const sessionID = session.id
  const { data: shared } = await first.client.session.share({ sessionID }, { throwOnError: true })
  const url = shared.share?.url ?? ""
  expect(url).toMatch(new RegExp(`^${world.url}/share/[A-Za-z0-9]{22}$`))
  const ask = (client: typeof first.client, text: string) =>
    client.session.prompt({ sessionID, parts: [{ type: "text", text }] })
  await ask(first.client, "One")
  ask(first.client, "Two").catch(() => {})
  await within(gate.reached, 20_000, "the second answer to begin")
  await first.kill()

  const second = await opencode.serve()
  const inStep = () =>
    waitFor(
      "the share to be what OpenCode exports",
      async () => {
        const { messages } = await opencode.export(sessionID)
        const there = await readShare(url)
        const ids = (all: { info: unknown; parts: unknown[] }[]) =>
          all.map(({ info, parts }) => [
            (info as { id: string }).id,
            parts.map((part) => (part as { id: string }).id),
          ])
        return JSON.stringify(ids(there.messages)) === JSON.stringify(ids(messages))
      },
      { timeout: 40_000, interval: 1_000, details: second.transcript },
    )
  // OpenCode loads plugins with the first request for the project.
  await second.client.session.get({ sessionID }, { throwOnError: true })
  await inStep()
  await ask(second.client, "Three")
  await inStep()
  const { messages } = await opencode.export(sessionID)
  const last = messages.filter(({ info }) => info.role === "user").at(-1)?.info.id ?? ""
  const page = async () => (await fetch(url)).text()
  expect(await page()).toContain("Three")
  await second.client.session.revert({ sessionID, messageID: last }, { throwOnError: true })
  await waitFor("the undone to be hidden", async () => !(await page()).includes("Three"), { timeout: 15_000 })
  await second.client.session.unrevert({ sessionID }, { throwOnError: true })
  await waitFor("the undone to come back", async () => (await page()).includes("Three"), { timeout: 15_000 })
  await second.client.session.revert({ sessionID, messageID: last }, { throwOnError: true })
  await ask(second.client, "Four")
  await inStep()
  // Gone from what is stored, not only from the page.
  expect(JSON.stringify(await readShare(url))).not.toContain("Three")

  // Sharing it again is the same link; taking it back leaves nothing.
  const again = await second.client.session.share({ sessionID }, { throwOnError: true })
  expect(again.data.share?.url).toBe(url)
  await second.client.session.delete({ sessionID }, { throwOnError: true })
  await waitFor("the share to be gone", async () => (await fetch(url)).status === 410)
  expect(await world.storedFiles()).toEqual([])
})

test("encrypted: the link that OpenCode prints opens the session in a browser, and the server holds no word of it", async () => {
  const world = await newWorld()
  // Installed twice, as happens: the copy with options is the one that was meant.
  const { model, opencode, pluginData } = await setPluginStage({
    options: { encrypt: true },
    env: { BETTER_SHARE_BASE_URL: world.url },
    files: {
      "README.md": "# demo\n",
      ".opencode/plugin/better-share.js": await (await fetch(`${world.url}/plugin.js`)).text(),
    },
  })
  model.play({ title: "Ein Geheimnis", turns: [{ text: "Nobody but you reads **this**." }] })
  const run = await opencode.run(["--share"], "Say something secret")
  expect(run.code, run.transcript).toBe(0)
  const link = /~\s+(http\S+)/.exec(run.transcript)?.[1] ?? ""
  expect(link, run.transcript).toMatch(/#k=[A-Za-z0-9_-]{43}$/)
  const stored = await Promise.all((await filesBelow(world.dataDir)).map((file) => readFile(file, "latin1")))
  for (const text of ["Nobody but you", "Say something secret", "Geheimnis", link.split("#k=")[1] ?? ""])
    expect(
      stored.some((file) => file.includes(text)),
      text,
    ).toBe(false)
  const browser = await launchBrowser(inject("chromiumPath"))
  onTestFinished(() => browser.close())
  const reader = await browser.open(link)
  await showsText(reader, "Nobody but you reads")
  expect(await reader.page.locator("strong", { hasText: "this" }).count()).toBe(1)
  expect(await reader.page.title()).toContain("Ein Geheimnis")
  expect(reader.complaints()).toEqual(CLEAN)
  const keys = await readdir(join(pluginData, "keyring"))
  for (const name of keys) expect((await stat(join(pluginData, "keyring", name))).mode & 0o777).toBe(0o600)
  expect((await stat(join(pluginData, "owner.json"))).mode & 0o777).toBe(0o600)
})

test("auto: a session is shared once and its link is shown", async () => {
  const world = await newWorld()
  const { model, opencode } = await setPluginStage({ options: { url: world.url, share: "auto" } })
  model.play({ turns: [{ text: "An answer." }] })
  const run = await opencode.run(["--share"], "Ask")
  expect(run.code, run.transcript).toBe(0)
  const links = new Set(run.transcript.match(/http:\/\/[^\s]+\/share\/[A-Za-z0-9]{22}/g))
  expect([...links], run.transcript).toHaveLength(1)
  const [link = ""] = links
  // `run` prints it by itself.
  expect(run.transcript.split(link)).toHaveLength(2)
  expect(JSON.stringify((await readShare(link)).messages)).toContain("An answer.")
})

const DISABLED: Record<
  string,
  { options?: object; config?: Record<string, unknown>; env?: Record<string, string> }
> = {
  "by the plugin's options": { options: { share: { enabled: false } }, config: { share: "auto" } },
  "by OpenCode's configuration": { options: { share: "auto" }, config: { share: "disabled" } },
  "by OPENCODE_DISABLE_SHARE": { options: { share: "auto" }, env: { OPENCODE_DISABLE_SHARE: "1" } },
}

test.each(Object.entries(DISABLED))("disabled %s: nothing is shared", async (_, { options, ...rest }) => {
  const world = await newWorld()
  const { model, opencode } = await setPluginStage({ options: { url: world.url, ...options }, ...rest })
  model.play({ turns: [{ text: "An answer." }] })
  const run = await opencode.run(["--share"], "Ask")
  expect(run.transcript).toContain("An answer.")
  expect(run.transcript).not.toMatch(/\/share\/[A-Za-z0-9]{22}/)
  expect(await world.storedFiles()).toEqual([])
})

test("what goes wrong is told on stderr: a server that is away, a page in its place, a token that is needed", async () => {
  const answers: [string, string][] = [["http://127.0.0.1:9", "does not answer"]]
  const closed = await createWorld({ createTokens: ["the-right-token-of-somebody"] })
  onTestFinished(() => closed.close())
  answers.push([closed.url, "BETTER_SHARE_TOKEN"])
  // The address that OpenCode itself would take has the token, and the plugin finds it there.
  const open = await setPluginStage({
    options: { url: closed.url },
    shareUrl: `${closed.url}/t/the-right-token-of-somebody`,
  })
  open.model.play({ turns: [{ text: "An answer." }] })
  const shared = await open.opencode.run(["--share"], "Ask")
  expect(shared.transcript).toContain(`~  ${closed.url}/share/`)
  for (const [url, words] of answers) {
    const { model, opencode, pluginData } = await setPluginStage({ options: { url } })
    model.play({ turns: [{ text: "An answer." }] })
    const run = await opencode.run(["--share"], "Ask")
    expect(run.code, run.transcript).toBe(0)
    expect(run.transcript).toContain("An answer.")
    expect(run.transcript).toContain(words)
    await mkdir(pluginData, { recursive: true })
    expect(await readdir(pluginData)).not.toContain("keyring")
  }
})

test("where nothing can be written, OpenCode goes on undisturbed and the user is told", async () => {
  const world = await newWorld()
  const { model, opencode } = await setPluginStage({
    options: { url: world.url },
    env: { BETTER_SHARE_DIR: "/dev/null/better-share" },
  })
  model.play({ turns: [{ text: "An answer." }] })
  const run = await opencode.run(["--share"], "Ask")
  expect(run.code, run.transcript).toBe(0)
  expect(run.transcript).toContain("An answer.")
  expect(run.transcript).toContain("Nothing can be kept on this disk")
  expect(await world.storedFiles()).toEqual([])
})
