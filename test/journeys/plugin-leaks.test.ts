import { rm, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { type Console, startConsole } from "../plugin/console.ts"
import { type PluginStageOptions, setPluginStage } from "../plugin/plugin-stage.ts"
import { type PassedRequest, startRecordingProxy } from "../plugin/recording-proxies.ts"
import { waitFor } from "../wait.ts"
import { builtPlugin, createWorld } from "../world.ts"
import { readShare } from "./stage.ts"

/**
 * Everybody else is a proxy that all of OpenCode's traffic would take, and a console that it is signed in to. The own
 * server is on loopback, and so is the plugin's bridge.
 */
async function setScene(options: Partial<PluginStageOptions> = {}) {
  const world = await createWorld()
  onTestFinished(() => world.close())
  const everybody = await startRecordingProxy()
  onTestFinished(() => everybody.stop())
  const stage = await setPluginStage({
    options: { url: world.url },
    ...options,
    env: { ...proxyEnv(everybody.url), ...options.env },
  })
  stage.model.play({ turns: [{ text: "One." }, { text: "Two." }, { text: "Three." }] })
  return { world, everybody, stage }
}

/** OpenCode installs the types of its plugins from the registry at its start, and tries long where it cannot. */
function proxyEnv(url: string): Record<string, string> {
  return { HTTP_PROXY: url, HTTPS_PROXY: url, NO_PROXY: "registry.npmjs.org" }
}

/** What went to anybody else by the proxy, and says something of sharing or of the session. */
function leaks(requests: readonly PassedRequest[]): string[] {
  return requests
    .filter(({ url, body }) => /share|opncd|opencode/i.test(url) || body.includes("Zugspitze"))
    .filter(({ url }) => new URL(url).hostname !== "127.0.0.1")
    .map(({ method, url }) => `${method} ${url}`)
}

const PROMPT = "Tell me about the Zugspitze"

test("with the plugin, no word of a session takes the proxy, and no bridge's address is known to it", async () => {
  const { world, everybody, stage } = await setScene({ config: { share: "auto" } })
  const run = await stage.opencode.run(["--share"], PROMPT)
  expect(run.code, run.transcript).toBe(0)
  const link = /~\s+(http\S+)/.exec(run.stdout + run.transcript)?.[1] ?? ""
  expect(link, run.transcript).toMatch(new RegExp(`^${world.url}/share/`))
  const { messages } = await readShare(link)
  expect(JSON.stringify(messages)).toContain("One.")
  expect(leaks(everybody.requests)).toEqual([])
  expect(everybody.requests.filter(({ url }) => url.includes("127.0.0.1"))).toEqual([])
})

test("with no server set, nothing is shared by any door, and the user is told where to set one", async () => {
  const { everybody, stage } = await setScene({ options: {}, config: { share: "auto" } })
  const run = await stage.opencode.run(["--share"], PROMPT)
  expect(run.transcript).toContain("no server is set")
  expect(run.transcript).not.toContain("~  http")
  expect(leaks(everybody.requests)).toEqual([])
})

const BROKEN: Record<string, (plugin: string) => string> = {
  missing: () => "",
  "cut off": (plugin) => plugin.slice(0, 5_000),
  "throwing at its start": () => 'throw new Error("broken")\n',
}

test.each(Object.keys(BROKEN))(
  "a plugin that is %s leaves sharing to the static enterprise.url",
  async (kind) => {
    const world = await createWorld()
    onTestFinished(() => world.close())
    const everybody = await startRecordingProxy()
    onTestFinished(() => everybody.stop())
    const stage = await setPluginStage({
      options: { url: world.url },
      shareUrl: world.url,
      env: proxyEnv(everybody.url),
    })
    const file = join(dirname(stage.opencode.directory), "plugin/index.js")
    if (kind === "missing") await rm(file)
    else await writeFile(file, BROKEN[kind]?.(await builtPlugin()) ?? "")
    stage.model.play({ turns: [{ text: "One." }] })
    const run = await stage.opencode.run(["--share"], PROMPT)
    expect(run.code, run.transcript).toBe(0)
    expect(run.transcript).toContain(`~  ${world.url}/share/`)
    expect(leaks(everybody.requests)).toEqual([])
  },
)

test("an OpenCode that is too old for the plugin shares nothing, and says why", async () => {
  const { everybody, stage, world } = await setScene()
  const file = join(dirname(stage.opencode.directory), "plugin/index.js")
  await writeFile(file, (await builtPlugin()).replaceAll('"1.18.3"', '"99.0.0"'))
  const { client, transcript } = await stage.opencode.serve()
  const { data: session } = await client.session.create({}, { throwOnError: true })
  await waitFor("the version to be checked", () => transcript().includes("needs OpenCode 99.0.0"))
  const shared = await client.session.share({ sessionID: session.id })
  expect(shared.data).toBeUndefined()
  expect(await world.storedFiles()).toEqual([])
  expect(leaks(everybody.requests)).toEqual([])
})

async function signedIn(): Promise<Console> {
  const account = await startConsole()
  onTestFinished(() => account.stop())
  return account
}

test("signed in to a console from the start: sharing is off, and the user is told why", async () => {
  const { world, everybody, stage } = await setScene({ config: { share: "auto" } })
  const account = await signedIn()
  await account.signIn(stage.opencode)
  const run = await stage.opencode.run(["--share"], PROMPT)
  expect(run.code, run.transcript).toBe(0)
  expect(run.transcript).toContain(`signed in to ${account.url}`)
  expect(account.shareCalls).toEqual([])
  expect(await world.storedFiles()).toEqual([])
  expect(leaks(everybody.requests)).toEqual([])
})

test("signed in to a console in the middle: what is shared goes on to the own server alone, and can be taken back", async () => {
  const { world, everybody, stage } = await setScene()
  const account = await signedIn()
  const { client, transcript } = await stage.opencode.serve()
  const { data: session } = await client.session.create({}, { throwOnError: true })
  const sessionID = session.id
  const prompt = (text: string) =>
    client.session.prompt({ sessionID, parts: [{ type: "text", text }] }, { throwOnError: true })
  const { data: shared } = await client.session.share({ sessionID }, { throwOnError: true })
  const url = shared.share?.url ?? ""
  await prompt(PROMPT)
  await account.signIn(stage.opencode)
  await prompt(PROMPT)
  await waitFor("the second answer to reach the own server", async () =>
    JSON.stringify((await readShare(url)).messages).includes("Two."),
  )
  const other = await client.session.create({}, { throwOnError: true })
  expect((await client.session.share({ sessionID: other.data.id })).data).toBeUndefined()
  expect(transcript()).toContain(`signed in to ${account.url}`)
  await client.session.unshare({ sessionID }, { throwOnError: true })
  await waitFor("the share to be gone", async () => (await fetch(url)).status === 410, {
    details: () => `${transcript()} ${JSON.stringify(account.shareCalls)}`,
  })
  expect(account.shareCalls).toEqual([])
  expect(await world.storedFiles()).toEqual([])
  expect(leaks(everybody.requests)).toEqual([])
})
