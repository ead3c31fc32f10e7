import { mkdtemp, readdir, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest"
import { type Hooks, type PluginInput, type PluginMachine, startPlugin } from "../../src/plugin/plugin.ts"
import { createWorld } from "../world.ts"
import { startGateway } from "./recording-proxies.ts"

// OpenCode calls `event` without waiting, and takes a promise that is rejected there for a crash.

let home: string
const unhandled: unknown[] = []
const note = (error: unknown) => void unhandled.push(error)
const send = globalThis.fetch

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "better-share-hooks-"))
  unhandled.length = 0
  process.on("unhandledRejection", note)
})
afterEach(async () => {
  process.off("unhandledRejection", note)
  globalThis.fetch = send
  await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
})

function machineOf(changes: Partial<PluginMachine> = {}): PluginMachine {
  return {
    environment: { XDG_DATA_HOME: home },
    argv: ["bun", "opencode", "run"],
    home,
    user: "dev",
    platform: "linux",
    pid: process.pid,
    stderr() {},
    now: Date.now,
    random: () => 0,
    ...changes,
  }
}

const answering = (answer: () => Promise<unknown>): PluginInput => ({
  client: {
    _client: { get: answer as PluginInput["client"]["_client"]["get"], delete: answer },
    tui: { showToast: answer },
    app: { log: answer },
  },
  directory: "/work",
})

const CLIENTS: Record<string, PluginInput> = {
  "answers nothing": answering(async () => ({})),
  rejects: answering(async () => {
    throw new Error("no")
  }),
  throws: answering(() => {
    throw new Error("no")
  }),
  "never answers": answering(() => new Promise(() => {})),
  "has another shape": { client: {}, directory: "/work" } as unknown as PluginInput,
}

const EVENTS: unknown[] = [
  { type: "session.created", properties: {} },
  { type: "session.created", properties: null },
  { type: "session.updated", properties: { info: { id: "ses_1", parentID: "ses_1", share: { url: "x" } } } },
  { type: "session.updated", properties: { info: { id: "ses_1" } } },
  { type: "session.deleted", properties: { sessionID: "ses_1" } },
  { type: "message.updated", properties: { info: { id: 7, sessionID: {} } } },
  { type: "message.part.updated", properties: { part: null } },
  { type: "message.part.updated", properties: { part: { sessionID: "ses_1", type: "text" } } },
  { type: "message.part.delta", properties: undefined },
  { type: "message.removed", properties: { sessionID: "ses_1", messageID: "__proto__" } },
  { type: "session.diff", properties: { sessionID: "ses_1", diff: "x" } },
  { type: "something.new", properties: 1 },
  {},
]

async function start(input: PluginInput, options: unknown, machine = machineOf()): Promise<Hooks> {
  const build = { version: "test", url: undefined }
  return startPlugin(input, options, { machine, build })
}

test.each(Object.entries(CLIENTS))(
  "with a client that %s, no hook throws, rejects or waits",
  async (_, input) => {
    for (const options of [{ url: "http://127.0.0.1:9" }, {}, null, 7, { url: 7 }, { nonsense: true }]) {
      const hooks = await start(input, options)
      const config = {}
      await hooks.config(config)
      for (const event of EVENTS)
        await hooks.event({ event: event as Parameters<Hooks["event"]>[0]["event"] })
      await hooks.dispose()
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(unhandled).toEqual([])
  },
)

test("a fault in the options points OpenCode at nobody, and says what is wrong", async () => {
  const said: string[] = []
  const machine = machineOf({ stderr: (text) => void said.push(text) })
  const hooks = await start(
    answering(async () => ({})),
    { url: "nowhere" },
    machine,
  )
  const config: { share?: string; enterprise?: { url?: string } } = { share: "auto" }
  await hooks.config(config)
  expect(config.share).toBe("disabled")
  expect(config.enterprise?.url).toMatch(/^http:\/\/127\.0\.0\.1:/)
  expect(said.join("")).toContain('"nowhere" is no URL')
  const answer = await send(`${config.enterprise?.url}/api/share`, {
    method: "POST",
    body: '{"sessionID":"ses_1"}',
  })
  expect(answer.status).toBe(403)
  await hooks.dispose()
})

test("NO_PROXY gets loopback and keeps what it had", async () => {
  const environment: Record<string, string | undefined> = {
    XDG_DATA_HOME: home,
    NO_PROXY: "intra.example.com",
  }
  const hooks = await start(
    answering(async () => ({})),
    { url: "http://127.0.0.1:9" },
    machineOf({ environment }),
  )
  expect(environment.NO_PROXY?.split(",")).toEqual(["intra.example.com", "127.0.0.1", "localhost", "::1"])
  await hooks.dispose()
})

test("at the end a wedged server is waited for, and not for ever; the rest is on disk", async () => {
  const world = await createWorld()
  onTestFinished(() => world.close())
  const gateway = await startGateway(() => world.url)
  onTestFinished(() => gateway.stop())
  let session = { id: "ses_1", title: "Wedged", directory: "/work", time: { created: 1, updated: 2 } }
  const input = answering(async () => ({}))
  input.client._client.get = async ({ url }) => ({
    data: url === "/session/{id}" ? session : [],
    response: new Response(),
  })
  const hooks = await start(input, { url: gateway.url })
  const config: { enterprise?: { url?: string } } = {}
  await hooks.config(config)
  const created = await send(`${config.enterprise?.url}/api/share`, {
    method: "POST",
    body: '{"sessionID":"ses_1"}',
  })
  expect(created.status).toBe(200)
  gateway.mode = "wedge"
  session = { ...session, title: "Wedged, and changed" }
  await hooks.event({ event: { type: "session.updated", properties: { info: session } } })
  await hooks.dispose()
  const outbox = join(home, "better-share/outbox")
  const [id = ""] = await readdir(outbox)
  const names = await readdir(join(outbox, id, "batches"))
  const texts = await Promise.all(names.map((name) => readFile(join(outbox, id, "batches", name), "utf8")))
  expect(texts.join("")).toContain("Wedged, and changed")
  expect(unhandled).toEqual([])
})
