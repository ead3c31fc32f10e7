import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest"
import { createSealer } from "../../src/encryption/sealer.ts"
import { readKeyText } from "../../src/encryption/share-key.ts"
import type { TextDelta } from "../../src/protocol/passing.ts"
import { readEvents } from "../event-source.ts"
import { waitFor } from "../wait.ts"
import { createWorld, type World } from "../world.ts"
import { createDeskWorld } from "./desk-world.ts"

let world: World
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())

const SECRET = ["gh", "p_", "aB3".repeat(12)].join("")
const PART = { id: "prt_1", sessionID: "ses_1", messageID: "msg_1", type: "text" }

async function begin(settings: Record<string, unknown> = {}) {
  const scene = await createDeskWorld(world.url)
  scene.sessions.session({ id: "ses_1" })
  const calls: string[] = []
  const desk = scene.start({
    settings,
    fetch: (input, init) => {
      calls.push(new URL(String(input)).pathname.split("/").at(-1) ?? "")
      return fetch(input, init)
    },
  })
  const share = await desk.create("ses_1")
  const write = (text: string) => {
    for (const delta of text.match(/.{1,7}/gs) ?? [])
      scene.sessions.delta({ sessionID: "ses_1", messageID: "msg_1", partID: "prt_1", delta })
  }
  scene.sessions.message({ id: "msg_1", sessionID: "ses_1", role: "assistant" })
  scene.sessions.part({ ...PART, text: "", time: { start: 1 } })
  await waitFor("the message", async () =>
    (await (await fetch(`${world.url}/api/share/${share.id}`)).text()).includes("prt_1"),
  )
  return {
    scene,
    share,
    calls,
    write,
    async watch() {
      const reader = await readEvents(`${world.url}/api/share/${share.id}/events?revision=0`)
      onTestFinished(() => reader.close())
      return reader
    },
  }
}

/** The text that a watcher has, from the pieces that came. */
function textOf(deltas: readonly TextDelta[]): string {
  let text = ""
  for (const { from, text: piece } of deltas) if (from <= text.length) text = text.slice(0, from) + piece
  return text
}

test("while nobody watches no text is passed on; who comes gets it from the beginning, redacted, with secrets held back", async () => {
  const { scene, calls, write, watch } = await begin()
  write(`A first word, and the token ${SECRET.slice(0, 20)}`)
  scene.sessions.session({ id: "ses_1", title: "Busy" })
  await waitFor("a commit", () => calls.includes("presign"))
  expect(calls).not.toContain("deltas")

  const reader = await watch()
  const received = () =>
    reader.received
      .filter(({ event }) => event === "delta")
      .flatMap(({ data }) => (data as { deltas: TextDelta[] }).deltas)
  // The next commit's answer says that somebody watches.
  scene.sessions.session({ id: "ses_1", title: "Busier" })
  await waitFor("the beginning", () => textOf(received()).startsWith("A first word"))
  write(SECRET.slice(20))
  write(" is in it, and more follows here")
  await waitFor("the rest", () => textOf(received()).includes("more follows"))
  expect(textOf(received())).toMatch(
    /^A first word, and the token \[redacted:github-token:1\] is in it, and more/,
  )
  for (let end = 12; end <= SECRET.length; end++)
    expect(JSON.stringify(reader.received)).not.toContain(SECRET.slice(0, end))
})

test("of an encrypted share text passes sealed", async () => {
  const scene = await createDeskWorld(world.url)
  scene.sessions.session({ id: "ses_1" })
  const bodies: string[] = []
  const desk = scene.start({
    settings: { encrypt: true },
    fetch: (input, init) => {
      if (typeof init?.body === "string") bodies.push(init.body)
      return fetch(input, init)
    },
  })
  const share = await desk.create("ses_1")
  const sealer = await createSealer(share.id, readKeyText(new URL(share.url).hash) ?? "")
  const reader = await readEvents(`${world.url}/api/share/${share.id}/events?revision=0`)
  onTestFinished(() => reader.close())
  scene.sessions.message({ id: "msg_1", sessionID: "ses_1", role: "assistant" })
  scene.sessions.part({ ...PART, text: "", time: { start: 1 } })
  const delta = "Nobody else can read this sentence. "
  scene.sessions.delta({ sessionID: "ses_1", messageID: "msg_1", partID: "prt_1", delta })
  const event = await reader.waitForEvent("sealed text", ({ event }) => event === "sealed")
  const [first] = await sealer.openDeltas((event.data as { sealed: string }).sealed)
  expect(first).toMatchObject({ partID: "prt_1", from: 0 })
  expect(first?.text).toContain("Nobody else")
  expect(bodies.join("")).not.toContain("Nobody")
})
