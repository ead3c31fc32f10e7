import { createServer } from "node:http"
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from "vitest"
import { launchBrowser, type TestBrowser } from "../browser/browser.ts"
import { CLEAN, type WatchedPage } from "../browser/watched-page.ts"
import { closeServer, listen, servePage } from "../loopback.ts"
import { createGate } from "../opencode/gate.ts"
import {
  KITCHEN_SINK_CALLS,
  KITCHEN_SINK_FILES,
  KITCHEN_SINK_PROMPT,
  KITCHEN_SINK_TITLE,
  kitchenSink,
} from "../opencode/kitchen-sink.ts"
import { createOpenCode, type ExportedSession, type OpenCode } from "../opencode/opencode.ts"
import { type RecordingServer, startRecordingServer } from "../opencode/recording-server.ts"
import { type ScriptedModel, startScriptedModel } from "../opencode/scripted-model.ts"
import { waitFor, within } from "../wait.ts"

// The parts that other journeys stand on, tried alone: no server of ours takes part here.

interface Stage {
  model: ScriptedModel
  shares: RecordingServer
  opencode: OpenCode
}

async function setStage(files?: Record<string, string>): Promise<Stage> {
  const [model, shares] = await Promise.all([startScriptedModel(), startRecordingServer()])
  onTestFinished(async () => {
    await Promise.all([model.stop(), shares.stop()])
  })
  const binary = inject("opencodeBinary")
  const opencode = await createOpenCode({
    binary,
    model: model.url,
    shareUrl: shares.url,
    ...(files === undefined ? {} : { files }),
  })
  onTestFinished(() => opencode.dispose())
  return { model, shares, opencode }
}

function toolCalls(session: ExportedSession): { tool: string | undefined; status: string | undefined }[] {
  return session.messages
    .flatMap((message) => message.parts)
    .filter((part) => part.type === "tool")
    .map((part) => ({ tool: part.tool, status: part.state?.status }))
}

describe("the real OpenCode", () => {
  test("runs the kitchen sink through `serve` and tells a share server about it", async () => {
    const { model, shares, opencode } = await setStage(KITCHEN_SINK_FILES)
    const page = await servePage("<h1>A page</h1><p>for webfetch</p>")
    onTestFinished(() => page.stop())
    model.play(kitchenSink({ directory: opencode.directory, pageUrl: page.url }))

    const { client } = await opencode.serve()
    const created = await client.session.create({}, { throwOnError: true })
    const sessionID = created.data.id
    const shared = await client.session.share({ sessionID }, { throwOnError: true })
    expect(shared.data.share?.url).toBe(`${shares.url}/share/recording1`)
    const parts = [{ type: "text" as const, text: KITCHEN_SINK_PROMPT }]
    await client.session.prompt({ sessionID, parts }, { throwOnError: true })

    const session = await opencode.export(sessionID)
    expect(session.info.title).toBe(KITCHEN_SINK_TITLE)
    expect(toolCalls(session)).toEqual(KITCHEN_SINK_CALLS)
    expect(model.faults).toEqual([])

    const lastAnswer = session.messages.at(-1)
    await waitFor("the last message to be synced as complete", () =>
      shares.items().some(({ type, data }) => {
        const info = data as { id?: string; time?: { completed?: number } }
        return type === "message" && info.id === lastAnswer?.info.id && info.time?.completed !== undefined
      }),
    )
    await client.session.unshare({ sessionID }, { throwOnError: true })
    expect(shares.requests.at(-1)).toMatchObject({
      method: "DELETE",
      path: "/api/share/recording1",
      body: { secret: "secret-1" },
    })
  })

  test("shares by `run --share` and prints the link", async () => {
    const { model, shares, opencode } = await setStage()
    model.play({ turns: [{ text: "Hello there." }] })
    const { code, transcript } = await opencode.run(["--share"], "Say hello")
    expect(code, transcript).toBe(0)
    expect(transcript).toContain(`${shares.url}/share/recording1`)
    // OpenCode believes PWD; a harness that hands on its own would let the agent loose in the developer's checkout.
    const listed = await opencode.command(["session", "list", "--format", "json"])
    expect(JSON.parse(listed.stdout || "[]")).toMatchObject([{ directory: opencode.directory }])
  })

  test("streams up to a gate and goes on when it is opened", async () => {
    const { model, opencode } = await setStage()
    const gate = createGate()
    model.play({ turns: [{ text: ["Before the gate. ", gate, "Behind it."] }] })
    const { client } = await opencode.serve()
    const { data } = await client.session.create({}, { throwOnError: true })
    const parts = [{ type: "text" as const, text: "Go" }]
    await client.session.promptAsync({ sessionID: data.id, parts }, { throwOnError: true })

    await within(gate.reached, 30_000, "the model to reach the gate")
    expect(model.requests.find((request) => request.kind === "turn")?.finished).toBe(false)
    gate.open()
    const answered = async (): Promise<boolean> => {
      const messages = await client.session.messages({ sessionID: data.id })
      return JSON.stringify(messages.data).includes("Before the gate. Behind it.")
    }
    await waitFor("the whole answer", answered, { timeout: 20_000 })
  })

  test("imports what was shared into another OpenCode", async () => {
    const { model, shares, opencode } = await setStage()
    model.play({ title: "Short", turns: [{ text: "Only this." }] })
    const { client } = await opencode.serve()
    const { data } = await client.session.create({}, { throwOnError: true })
    await client.session.share({ sessionID: data.id }, { throwOnError: true })
    const parts = [{ type: "text" as const, text: "Say something" }]
    await client.session.prompt({ sessionID: data.id, parts }, { throwOnError: true })
    await waitFor("the answer to be synced", () => JSON.stringify(shares.items()).includes("Only this."))

    const other = await createOpenCode({ binary: inject("opencodeBinary"), model: model.url })
    onTestFinished(() => other.dispose())
    const imported = await other.import(`${shares.url}/share/recording1`)
    expect(imported.code, imported.transcript).toBe(0)
    const session = await other.export(data.id)
    expect(session.messages.map((message) => message.info.role)).toEqual(["user", "assistant"])
  })
})

describe("the real browser", () => {
  let browser: TestBrowser
  beforeAll(async () => {
    browser = await launchBrowser(inject("chromiumPath"))
  })
  afterAll(() => browser.close())

  async function openPage(html: string): Promise<WatchedPage> {
    const server = createServer((request, response) => {
      const status = request.url === "/" ? 200 : 404
      const policy = "default-src 'self'; img-src data:; script-src 'self' 'unsafe-eval' 'nonce-good'"
      response.writeHead(status, { "content-type": "text/html", "content-security-policy": policy })
      response.end(status === 200 ? html : "")
    })
    const origin = await listen(server)
    onTestFinished(() => closeServer(server))
    return browser.open(`${origin}/`)
  }

  test("has nothing to say about a clean page", async () => {
    const { page, complaints } = await openPage(
      `<!doctype html><link rel="icon" href="data:,"><title>Clean</title>`,
    )
    expect(await page.title()).toBe("Clean")
    expect(complaints()).toEqual(CLEAN)
  })

  test("writes down errors, violations and foreign requests", async () => {
    const { complaints } = await openPage(
      `<!doctype html><link rel="icon" href="data:,">
       <script>document.title = "blocked by the policy"</script>
       <script nonce="good">console.error("said"); setTimeout(() => { throw new Error("thrown") })</script>
       <script nonce="good" src="http://127.0.0.1:9/foreign.js"></script>`,
    )
    await waitFor("all complaints", () => {
      const { console, errors, policy, foreign } = complaints()
      return console.length > 0 && errors.length > 0 && policy.length > 0 && foreign.length > 0
    })
    const { console, errors, policy, foreign } = complaints()
    expect(console.join("\n")).toContain("said")
    expect(errors.join("\n")).toContain("thrown")
    expect(policy.join("\n")).toContain("script-src-elem")
    expect(foreign).toEqual(["http://127.0.0.1:9/foreign.js"])
  })
})
