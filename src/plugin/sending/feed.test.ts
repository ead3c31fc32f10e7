import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import type { Item } from "../../protocol/item.ts"
import type { KeyringEntry } from "../shares/keyring.ts"
import { type Feed, type FeedDeps, openFeed } from "./feed.ts"
import { createOutbox, type Outbox } from "./outbox.ts"

let folder: string
let outbox: Outbox
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "better-share-feed-"))
  outbox = createOutbox({ folder, now: Date.now, process: "1" })
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const entry = { shareID: "abcdefgh", sessionID: "ses_1" } as KeyringEntry
const part = (id: number, text: string): Item => ({
  type: "part",
  data: { id: `prt_${id}`, messageID: "msg_1", sessionID: "ses_1", type: "text", text },
})
const removal: Item = { type: "message_removed", data: { id: "msg_1", sessionID: "ses_1" } }

function open(changes: Partial<FeedDeps> = {}): Promise<Feed> {
  return openFeed({
    entry,
    outbox,
    reader: {
      session: async () => undefined,
      descendants: async () => [],
      hasOlderThan: async () => true,
      forgetShare: async () => {},
      async *items() {},
    },
    redactor: undefined,
    takeOut: (item) => item,
    saveRedaction: async () => {},
    subagents: true,
    onFindings() {},
    now: Date.now,
    pause: async () => {},
    ...changes,
  })
}

/** Texts of what waits, in order. */
async function waiting(): Promise<unknown[]> {
  const names = await outbox.waiting("abcdefgh")
  const items = (await Promise.all(names.map((name) => outbox.read("abcdefgh", name)))).flat()
  return items.map(({ json }) => {
    const { type, data } = JSON.parse(json)
    return type === "part" ? data.text : type
  })
}

test("an event is newer than what OpenCode's sync says of the same item, whichever comes first", async () => {
  const feed = await open()
  feed.take([part(1, "synced")])
  feed.hear(part(1, "heard"))
  feed.hear(part(2, "heard too"))
  feed.take([part(2, "synced late"), part(3, "never heard of")])
  await feed.flush()
  expect(await waiting()).toEqual(["heard", "heard too", "never heard of"])
})

test("a reading gives way to events that came while it was under way, removals too", async () => {
  let feed: Feed | undefined
  const message: Item = { type: "message", data: { id: "msg_1", sessionID: "ses_1", role: "user" } }
  feed = await open({
    reader: {
      session: async () => ({ id: "ses_1" }),
      descendants: async () => [],
      hasOlderThan: async () => true,
      forgetShare: async () => {},
      async *items() {
        feed?.hear(part(1, "newer"))
        yield [part(1, "older"), part(2, "read")]
        feed?.hear(removal)
        yield [message]
      },
    },
  })
  await feed.catchUp()
  expect(await waiting()).toEqual(["newer", "read", "message_removed"])
})

test("what is as it was does not go again, also after a restart; what could not be kept is kept later", async () => {
  const feed = await open()
  feed.hear(part(1, "once"))
  await feed.flush()
  feed.hear(part(1, "once"))
  await feed.flush()
  const again = await open()
  again.hear(part(1, "once"))
  await again.flush()
  expect(await waiting()).toEqual(["once"])

  const failing = await open({
    outbox: { ...outbox, accept: () => Promise.reject(new Error("disk")) },
  })
  failing.hear(part(2, "lost?"))
  await expect(failing.flush()).rejects.toThrow("disk")
  await expect(failing.flush()).rejects.toThrow("disk")
})

test("thousands of small items leave OpenCode its turns", async () => {
  let clock = 0
  let pauses = 0
  const feed = await open({
    now: () => clock++,
    pause: async () => {
      pauses += 1
    },
  })
  for (let id = 0; id < 2_000; id++) feed.hear(part(id, "small"))
  await feed.flush()
  expect(pauses).toBeGreaterThan(150)
})

test("a feed that is closed takes nothing in any more", async () => {
  const feed = await open()
  await feed.close()
  feed.hear(part(1, "late"))
  await feed.flush()
  expect(await waiting()).toEqual([])
})
