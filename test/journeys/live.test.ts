import { expect, onTestFinished, test } from "vitest"
import { CLEAN } from "../browser/watched-page.ts"
import { createGate } from "../opencode/gate.ts"
import { createServerProcess } from "../server-process.ts"
import { within } from "../wait.ts"
import {
  hidesText,
  isLive,
  playKitchenSink,
  readShare,
  setStage,
  setStageFor,
  shareNewSession,
  showsText,
} from "./stage.ts"

test("[E3] two browsers watch from before the first word, without a reload", async () => {
  const stage = await setStage()
  const { model, opencode, browser } = stage
  const gate = createGate()
  model.play({
    title: "A watched session",
    turns: [
      // OpenCode's own client sends a text when it is complete, so what shows meanwhile is the step before.
      {
        text: "The first half of an answer.",
        tools: [{ tool: "bash", input: { command: "echo so far", description: "Say how far" } }],
      },
      { text: [gate, "And the second half."] },
      { text: "Something else entirely." },
    ],
  })
  const { client } = await opencode.serve()
  const shared = await shareNewSession(stage, client)
  const readers = [
    await browser.open(shared.url),
    await browser.open(shared.url, { viewport: { width: 390, height: 800 } }),
  ]
  for (const reader of readers) await isLive(reader)
  for (const { page } of readers) await page.evaluate("window.stillTheSamePage = true")

  const prompting = shared.prompt("Tell me something in two halves")
  await within(gate.reached, 30_000, "the first half")
  for (const reader of readers) {
    await showsText(reader, "Tell me something in two halves")
    await showsText(reader, "The first half of an answer.")
    await showsText(reader, "so far")
  }
  gate.open()
  await prompting
  for (const reader of readers) await showsText(reader, "And the second half.")
  await shared.prompt("And now?")
  for (const reader of readers) {
    await showsText(reader, "Something else entirely.")
    await showsText(reader, "A watched session")
    expect(await reader.page.evaluate("window.stillTheSamePage")).toBe(true)
    expect(reader.complaints()).toEqual(CLEAN)
  }
})

test("[U1][U2] undo, redo and a new prompt while a page is open", async () => {
  const stage = await setStage()
  const { model, opencode, browser } = stage
  model.play({
    title: "Second thoughts",
    turns: [{ text: "Answer number one." }, { text: "Answer number two." }, { text: "Answer number three." }],
  })
  const { client } = await opencode.serve()
  const shared = await shareNewSession(stage, client)
  await shared.prompt("Question number one")
  await shared.prompt("Question number two")
  const { messages } = await shared.synced()
  const reader = await browser.open(shared.url)
  await showsText(reader, "Answer number two.")

  const second = messages[2]?.info.id ?? ""
  await client.session.revert({ sessionID: shared.sessionID, messageID: second }, { throwOnError: true })
  await hidesText(reader, "Question number two")
  await hidesText(reader, "Answer number two.")
  await showsText(reader, "Answer number one.")

  await client.session.unrevert({ sessionID: shared.sessionID }, { throwOnError: true })
  await showsText(reader, "Answer number two.")

  await client.session.revert({ sessionID: shared.sessionID, messageID: second }, { throwOnError: true })
  await hidesText(reader, "Answer number two.")
  await shared.prompt("Question number three")
  await showsText(reader, "Answer number three.")
  await hidesText(reader, "Answer number two.")
  // A page that is opened now says the same.
  const later = await browser.open(shared.url)
  await showsText(later, "Answer number three.")
  await hidesText(later, "Answer number two.")
  expect([reader.complaints(), later.complaints()]).toEqual([CLEAN, CLEAN])
  // Nothing tells the server that they are gone for good, so the data keeps them.
  const kept = (await readShare(shared.url)).messages.map(({ info }) => info.id)
  expect(kept).toContain(second)
})

test("[E4][L3] the server is killed in the middle; the session goes on, and the page catches up", async () => {
  const server = await createServerProcess()
  onTestFinished(() => server.dispose())
  await server.start()
  const stage = await setStageFor(server.url)
  const { model, opencode, browser } = stage
  const gate = createGate()
  const say = (words: string) => ({ tool: "bash", input: { command: `echo ${words}`, description: words } })
  model.play({
    title: "Interrupted",
    turns: [
      { text: "Before the fall.", tools: [say("one")] },
      { text: [gate, "In the middle of it."], tools: [say("two")] },
      { text: "After it came back." },
    ],
  })
  const { client } = await opencode.serve()
  const shared = await shareNewSession(stage, client)
  const reader = await browser.open(shared.url)
  const prompting = shared.prompt("Go on whatever happens")
  await within(gate.reached, 30_000, "the second step")
  await showsText(reader, "Before the fall.")

  await server.kill("SIGKILL")
  await reader.page.locator("#live.reconnecting").waitFor()
  await server.start()
  gate.open()
  await prompting
  for (const words of ["After it came back.", "In the middle of it.", "Before the fall."])
    await showsText(reader, words, { timeout: 40_000 })
  await isLive(reader)
  expect(reader.complaints().errors).toEqual([])
  expect(reader.complaints().policy).toEqual([])
})

test("the page of a running session shows its tools as they run", async () => {
  const stage = await setStage()
  await playKitchenSink(stage)
  const { client } = await stage.opencode.serve()
  const shared = await shareNewSession(stage, client)
  const reader = await stage.browser.open(shared.url)
  await shared.prompt("Write add.ts with an add function")
  await showsText(reader, "See the style guide")
  const session = await shared.synced()
  // What came piece by piece is what a fresh page shows.
  const fresh = await stage.browser.open(shared.url)
  for (const { parts } of session.messages) {
    for (const { id } of parts) {
      const [followed, opened] = await Promise.all(
        [reader, fresh].map(({ page }) => page.locator(`[id="${id}"]`).textContent()),
      )
      expect(followed).toBe(opened)
    }
  }
})
