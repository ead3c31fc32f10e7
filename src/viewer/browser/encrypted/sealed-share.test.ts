import { beforeEach, describe, expect, test } from "vitest"
import { itemsOf } from "../../../../test/items.ts"
import { createSealer, type Sealer } from "../../../encryption/sealer.ts"
import { newKeyText } from "../../../encryption/share-key.ts"
import type { Item } from "../../../protocol/item.ts"
import { createSealedShare, type SealedShare } from "./sealed-share.ts"

// The server is a table here: what it answers, and how often it was asked.

const URL = "/api/share/sealedshare0001/segments"
const { session, user, text } = itemsOf("ses_1")

let sealer: Sealer
let bodies: Map<string, Uint8Array<ArrayBuffer>>
let listed: string[]
let revision: number
let asked: string[]
/** Answers instead of the table's, for as long as it has some. */
let answers: (() => Response)[]
beforeEach(async () => {
  sealer = await createSealer("sealedshare0001", newKeyText())
  bodies = new Map()
  listed = []
  revision = 0
  asked = []
  answers = []
})

async function put(items: readonly Item[]): Promise<string> {
  const { body, sha256 } = await sealer.sealSegment(items.map((item) => JSON.stringify(item)))
  const name = `${crypto.randomUUID()}.${sha256}`
  bodies.set(name, body)
  return name
}

async function commit(items: readonly Item[]): Promise<void> {
  listed = [...listed, await put(items)]
  revision++
}

async function sealedHead(): Promise<string> {
  const counts = { messageCount: 0, partCount: 0, diffCount: 0, modelCount: 0 }
  return sealer.sealHead({ v: 1, revision, segments: listed, sessionID: "ses_1", updatedAt: 1, ...counts })
}

async function answer(url: string): Promise<Response> {
  asked.push(url)
  const special = url === URL ? undefined : answers.shift()
  if (special) return special()
  if (url === URL) {
    const head = listed.length > 0 ? await sealedHead() : undefined
    return Response.json({ revision, epoch: 0, head, segments: listed.map((segment) => ({ segment })) })
  }
  const body = bodies.get(url.slice(URL.length + 1))
  return body ? new Response(body) : new Response("", { status: 404 })
}

function newShare(most?: number): SealedShare {
  return createSealedShare({ sealer, segments: URL, fetch: answer, ...(most !== undefined && { most }) })
}

function segmentsAsked(): number {
  return asked.filter((url) => url !== URL).length
}

describe("catching up", () => {
  test("before the first commit there is nothing, and no head needed for it", async () => {
    expect((await newShare().catchUp()).document.messages).toEqual([])
  })

  test("fetches what is new and says what it touched", async () => {
    const share = newShare()
    await commit([session(), user("msg_1")])
    expect((await share.catchUp()).changed).toEqual(new Set(["session/ses_1", "message/msg_1"]))
    await commit([text("msg_1", "prt_1", "new")])
    const { changed, document } = await share.catchUp()
    expect(changed).toEqual(new Set(["part/msg_1/prt_1"]))
    expect(document.messages[0]?.parts).toHaveLength(1)
    expect(segmentsAsked()).toBe(2)
    await share.catchUp()
    expect(segmentsAsked()).toBe(2)
  })

  test("behind a merge only what is otherwise counts as changed", async () => {
    const share = newShare()
    for (const item of [session(), user("msg_1"), user("msg_2"), text("msg_1", "prt_1", "old")])
      await commit([item])
    await share.catchUp()
    listed = [await put([session(), user("msg_1"), text("msg_1", "prt_1", "old")])]
    await commit([text("msg_1", "prt_2", "new")])
    const { changed, document } = await share.catchUp()
    expect(changed).toEqual(new Set(["message/msg_2", "part/msg_1/prt_2"]))
    expect(document.messages.map(({ info }) => info.id)).toEqual(["msg_1"])
    expect(segmentsAsked()).toBe(6)
  })

  test("what was merged away between list and fetch is listed anew", async () => {
    const share = newShare()
    await commit([session()])
    answers = [() => new Response("", { status: 404 })]
    expect((await share.catchUp()).document.session?.id).toBe("ses_1")
    expect(asked.filter((url) => url === URL)).toHaveLength(2)
  })

  test("what never comes is a server's lie", async () => {
    await commit([session()])
    bodies.clear()
    await expect(newShare().catchUp()).rejects.toMatchObject({ fault: "tampered" })
  })

  test("a failure leaves all as it was, and can be made up for", async () => {
    const share = newShare()
    await commit([session(), user("msg_1")])
    await share.catchUp()
    await commit([user("msg_2")])
    answers = [() => new Response("", { status: 503 })]
    await expect(share.catchUp()).rejects.toMatchObject({ name: "Unreachable" })
    expect((await share.catchUp()).changed).toEqual(new Set(["message/msg_2"]))
  })

  test("a share that is gone says so, wherever that is found", async () => {
    await commit([session()])
    answers = [() => new Response("", { status: 410 })]
    await expect(newShare().catchUp()).rejects.toMatchObject({ name: "Gone" })
  })

  test("more than a browser should hold is given up, with what was there before", async () => {
    const share = newShare(3_000)
    await commit([session()])
    await share.catchUp()
    for (let n = 0; n < 3; n++) await commit([text("msg_1", `prt_${n}`, "x".repeat(900))])
    await expect(share.catchUp()).rejects.toMatchObject({
      fault: "format",
      message: "It comes to more than 2.9 KiB in memory.",
    })
  })
})
