import { expect, test } from "vitest"
import type { AccessAnswer } from "../../src/protocol/routes.ts"
import { CLEAN } from "../browser/watched-page.ts"
import { createNativeClient } from "../native-client.ts"
import { KITCHEN_SINK_CALLS, KITCHEN_SINK_PROMPT, KITCHEN_SINK_TITLE } from "../opencode/kitchen-sink.ts"
import { waitFor } from "../wait.ts"
import { isLive, newOpenCode, playKitchenSink, readShare, setStage, shareNewSession } from "./stage.ts"

/** What each call of the conversation shows, in order. */
const ON_THE_PAGE = [
  ["ls -la", "README.md"],
  ["README.md", "A tiny service."],
  ["**/*.ts", "greet.ts"],
  ["export function", "greet.ts"],
  ["add.ts", "return a - b"],
  ["add.ts", "return a + b"],
  ["cat missing.txt", "No such file", "exit 1"],
  ["Write add", "Test add", "Document add"],
  ["127.0.0.1", "A page"],
  ["house-style"],
  ["Review add", "Looks right"],
  ["nope.ts", "File not found", "failed"],
]

test("[R1][D1] share, read, import, unshare: the whole path with every tool", async () => {
  const stage = await setStage()
  const { model, world, opencode, browser } = stage
  await playKitchenSink(stage)
  const { client } = await opencode.serve()
  const shared = await shareNewSession(stage, client)
  expect(shared.url).toBe(`${world.url}/share/${shared.shareID}`)

  await shared.prompt(KITCHEN_SINK_PROMPT)
  const session = await shared.synced()
  const document = await readShare(shared.url)
  expect(document.messages).toEqual(session.messages)
  expect(document.session).toMatchObject({ id: shared.sessionID, title: KITCHEN_SINK_TITLE })

  // Without scripts, the page holds it all.
  for (const javaScriptEnabled of [true, false]) {
    const reader = await browser.open(shared.url, { javaScriptEnabled })
    const { page } = reader
    expect(await page.title()).toContain(KITCHEN_SINK_TITLE)
    for (const { info, parts } of session.messages) {
      await page.locator(`[id="${info.id}"]`).waitFor({ state: "attached" })
      for (const part of parts) await page.locator(`[id="${part.id}"]`).waitFor({ state: "attached" })
    }
    const calls = session.messages.flatMap(({ parts }) => parts).filter(({ type }) => type === "tool")
    expect(calls.map(({ tool }) => tool)).toEqual(KITCHEN_SINK_CALLS.map(({ tool }) => tool))
    for (const [at, words] of ON_THE_PAGE.entries()) {
      const shown = (await page.locator(`[id="${calls[at]?.id}"]`).textContent()) ?? ""
      for (const word of words) expect(shown, `call ${at + 1}`).toContain(word)
    }
    expect(await page.locator("table td").allTextContents()).toEqual(["add(1, 2)", "3", "add(-1, 1)", "0"])
    expect(await page.locator(".hk").first().textContent()).toBe("export")
    const text = (await page.locator("body").textContent()) ?? ""
    expect(text).toContain(KITCHEN_SINK_PROMPT)
    expect(text).toContain("That subtracts; fixing it.")
    expect(reader.complaints()).toEqual(CLEAN)
    await reader.close()
  }

  const second = await newOpenCode(model, world.url)
  const imported = await second.import(shared.url)
  expect(imported.code, imported.transcript).toBe(0)
  const copy = await second.export(shared.sessionID)
  expect(copy.messages).toEqual(session.messages)

  // [Y4] A share with a password comes home by the address that holds a capability, and by no other.
  const native = createNativeClient(world.url)
  const items = (await native.data(shared.shareID)).body
  const closed = (await native.create(shared.sessionID)).body
  await native.sync(closed.id, closed.secret, items)
  const own = createNativeClient(world.url, { "x-share-secret": closed.secret })
  const changed = await own.call<AccessAnswer>("PATCH", `/api/share/${closed.id}`, {
    password: "correct horse",
  })
  const third = await newOpenCode(model, world.url)
  expect((await third.import(closed.url)).transcript).not.toContain(shared.sessionID)
  const opened = await third.import(changed.body.importUrl)
  expect(opened.code, opened.transcript).toBe(0)
  expect((await third.export(shared.sessionID)).messages).toEqual(session.messages)

  const open = await browser.open(shared.url)
  await isLive(open)
  await client.session.unshare({ sessionID: shared.sessionID }, { throwOnError: true })
  for (const path of [
    `/share/${shared.shareID}`,
    ...["data", "events", "metadata"].map((name) => `/api/share/${shared.shareID}/${name}`),
  ]) {
    expect((await fetch(world.url + path)).status, path).toBe(410)
  }
  await own.call("DELETE", `/api/share/${closed.id}`)
  expect(await world.storedFiles()).toEqual([])
  await waitFor("the open page to be emptied", async () => {
    const text = (await open.page.locator("body").textContent()) ?? ""
    return text.includes("removed") && !text.includes(KITCHEN_SINK_PROMPT)
  })
  expect(open.complaints()).toEqual(CLEAN)
})

test("[D1] deleting the session deletes its share", async () => {
  const stage = await setStage()
  await playKitchenSink(stage)
  const { client } = await stage.opencode.serve()
  const shared = await shareNewSession(stage, client)
  await client.session.delete({ sessionID: shared.sessionID }, { throwOnError: true })
  await waitFor("the share to be gone", async () => (await fetch(shared.url)).status === 410)
  expect(await stage.world.storedFiles()).toEqual([])
})

test("[C4] run --share prints a link that holds what the session said", async () => {
  const stage = await setStage()
  await playKitchenSink(stage)
  const outcome = await stage.opencode.run(["--share"], KITCHEN_SINK_PROMPT)
  expect(outcome.code, outcome.transcript).toBe(0)
  const url = /http:\/\/127\.0\.0\.1:\d+\/share\/\w+/.exec(outcome.transcript)?.[0] ?? ""
  expect(url, outcome.transcript).toContain(stage.world.url)
  const document = await readShare(url)
  const session = await stage.opencode.export(document.sessionID)
  // The last debounce may be lost when the process ends, so the share is the session's beginning.
  expect(document.messages.length).toBeGreaterThanOrEqual(session.messages.length - 2)
  const earlier = document.messages.slice(0, -2)
  expect(earlier).toEqual(session.messages.slice(0, earlier.length))
})

test("[C4] run --share with automatic sharing: the printed link is the one that fills", async () => {
  const stage = await setStage({ config: { share: "auto" } })
  await playKitchenSink(stage)
  const outcome = await stage.opencode.run(["--share"], KITCHEN_SINK_PROMPT)
  const url = /http:\/\/127\.0\.0\.1:\d+\/share\/\w+/.exec(outcome.transcript)?.[0] ?? ""
  expect((await readShare(url)).messages.length, outcome.transcript).toBeGreaterThan(5)
})
