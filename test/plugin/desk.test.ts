import { readdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { brotliDecompressSync } from "node:zlib"
import { afterAll, beforeAll, expect, test } from "vitest"
import { waitFor } from "../wait.ts"
import { createWorld, type World } from "../world.ts"
import { createDeskWorld, type DeskWorld, readShared } from "./desk-world.ts"

let world: World
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())

/** Resolves when the share shows what is stored. */
async function isInStep({ sessions }: DeskWorld, share: { id: string }, sessionID = "ses_1"): Promise<void> {
  await waitFor("the share to be in step", async () => {
    const { messages } = await readShared(world.url, share.id).catch(() => ({ messages: undefined }))
    return JSON.stringify(messages) === JSON.stringify(sessions.messages(sessionID))
  })
}

function say({ sessions }: DeskWorld, at: number, text = `Words ${at}`, sessionID = "ses_1"): void {
  const id = `msg_${String(at).padStart(4, "0")}`
  sessions.message({ id, sessionID })
  sessions.part({ id: `prt_${String(at).padStart(4, "0")}`, sessionID, messageID: id, text })
}

async function begin(settings: Record<string, unknown> = {}) {
  const scene = await createDeskWorld(world.url)
  scene.sessions.session({ id: "ses_1", title: "A plugin's session" })
  for (const at of [1, 2, 3]) say(scene, at)
  const desk = scene.start({ settings })
  return { ...scene, scene, desk, share: await desk.create("ses_1") }
}

/** A fetch that keeps what is sent, unpacked where it is a segment. */
function recording() {
  const texts: string[] = []
  const send: typeof fetch = (input, init) => {
    const { body } = init ?? {}
    if (typeof body === "string") texts.push(body)
    if (body instanceof Uint8Array) texts.push(brotliDecompressSync(body).toString("utf8"))
    return fetch(input, init)
  }
  return { send, sent: () => texts.join("\n") }
}

/** A fetch that counts what goes where. */
function counting() {
  const calls: string[] = []
  const send: typeof fetch = (input, init) => {
    const { pathname } = new URL(String(input))
    calls.push(
      `${init?.method} ${pathname.replace(/[A-Za-z0-9]{22}/, ":id").replace(/^\/api\/upload\/.*/, "ticket")}`,
    )
    return fetch(input, init)
  }
  return { calls, send }
}

test("what was said before and what is said after is there, and nothing goes up twice", async () => {
  const scene = await createDeskWorld(world.url)
  scene.sessions.session({ id: "ses_1" })
  for (const at of [1, 2, 3]) say(scene, at)
  const { calls, send } = counting()
  const desk = scene.start({ fetch: send })
  const share = await desk.create("ses_1")
  expect(share.url).toBe(`${world.url}/share/${share.id}`)
  await isInStep(scene, share)
  say(scene, 4)
  await desk.close(3_000)
  await isInStep(scene, share)
  const before = await (await fetch(`${world.url}/api/share/${share.id}/metadata`)).json()
  expect(before).toMatchObject({ title: "A session", messageCount: 4, partCount: 4, directory: "/work" })

  // Another process reads it all again, and finds nothing to send but what is new.
  calls.length = 0
  const next = scene.start({ fetch: send })
  await next.resume()
  say(scene, 5)
  await next.close(3_000)
  await isInStep(scene, share)
  expect(calls.filter((call) => call.startsWith("PUT"))).toHaveLength(1)
  const after = (await (await fetch(`${world.url}/api/share/${share.id}/metadata`)).json()) as {
    syncCount: number
  }
  expect(after.syncCount).toBe((before as { syncCount: number }).syncCount + 1)
})

test("in steady state a sync is two requests: the PUT, and a commit that brings the next ticket", async () => {
  const scene = await createDeskWorld(world.url)
  scene.sessions.session({ id: "ses_1" })
  const { calls, send } = counting()
  let puts = 0
  const batches = async () => {
    const [id = ""] = await readdir(join(scene.folder, "outbox"))
    return (await readdir(join(scene.folder, "outbox", id, "batches"))).length
  }
  // Something new is said, and on disk, while each upload is under way.
  const desk = scene.start({
    async fetch(input, init) {
      if (init?.method === "PUT" && puts++ < 6) {
        const before = await batches()
        say(scene, puts)
        await waitFor("it to be on disk", async () => (await batches()) > before)
      }
      return send(input, init)
    },
  })
  const share = await desk.create("ses_1")
  await waitFor("seven uploads", () => puts >= 7)
  await isInStep(scene, share)
  await desk.close(3_000)
  const presigns = calls.filter((call) => call === "POST /api/share/:id/presign").length
  expect(puts).toBeGreaterThanOrEqual(7)
  expect(presigns).toBe(puts + 1)
})

test("sharing a shared session again answers the same link, also after a restart and while the server is away", async () => {
  const { scene, desk, share } = await begin()
  expect(await desk.create("ses_1")).toEqual(share)
  await desk.close(3_000)
  expect(await scene.start().create("ses_1")).toEqual(share)
  const offline = scene.start({
    fetch: async () => {
      throw new TypeError("no network")
    },
  })
  expect(await offline.create("ses_1")).toEqual(share)
})

test("two that ask at once get one share", async () => {
  const scene = await createDeskWorld(world.url)
  scene.sessions.session({ id: "ses_1" })
  const desk = scene.start()
  const [a, b] = await Promise.all([desk.create("ses_1"), desk.create("ses_1")])
  expect(a).toEqual(b)
})

test("what OpenCode is given deletes, and does not write", async () => {
  const { desk, share } = await begin()
  const write = await fetch(`${world.url}/api/share/${share.id}/presign`, {
    method: "POST",
    headers: { "x-share-secret": share.secret },
  })
  expect(write.status).toBe(404)
  await expect(desk.remove(share.id, "another")).rejects.toThrow("no such share")
  expect(await desk.remove(share.id, share.secret)).toMatchObject({
    ok: true,
    receipt: { shareID: share.id },
  })
  expect((await fetch(`${world.url}/share/${share.id}`)).status).toBe(410)
  // OpenCode may ask twice, and is to be at peace.
  expect(await desk.remove(share.id, share.secret)).toEqual({ ok: true })
})

test("removed messages go, undone ones are hidden and come back, and what is gone unheard is found by reading", async () => {
  const { scene, sessions, desk, share } = await begin()
  await isInStep(scene, share)
  sessions.removeMessage("ses_1", "msg_0003")
  await isInStep(scene, share)
  expect(sessions.messages("ses_1")).toHaveLength(2)
  const page = async () => (await fetch(share.url)).text()
  sessions.session({ id: "ses_1", revert: { messageID: "msg_0002" } })
  await waitFor("the undone to be hidden", async () => !(await page()).includes("Words 2"))
  sessions.session({ id: "ses_1", revert: undefined })
  await waitFor("the undone to come back", async () => (await page()).includes("Words 2"))
  await desk.close(3_000)

  sessions.removeMessage("ses_1", "msg_0002")
  say(scene, 9)
  const next = scene.start()
  await next.resume()
  await isInStep(scene, share)
  expect(sessions.messages("ses_1").map(({ info }) => info.id)).toEqual(["msg_0001", "msg_0009"])
})

test("a new title and an archived session reach the share, a fork is a session of its own", async () => {
  const { scene, sessions, share } = await begin()
  await isInStep(scene, share)
  sessions.session({ id: "ses_1", title: "Renamed", time: { created: 1, updated: 2, archived: 3 } })
  await waitFor("the new title", async () => {
    const metadata = (await (await fetch(`${world.url}/api/share/${share.id}/metadata`)).json()) as {
      title: string
    }
    return metadata.title === "Renamed"
  })
  expect((await readShared(world.url, share.id)).session).toMatchObject({ time: { archived: 3 } })
  sessions.session({ id: "ses_9", title: "A fork" })
  say(scene, 9, "Only in the fork", "ses_9")
  say(scene, 4)
  await isInStep(scene, share)
  expect(await (await fetch(share.url)).text()).not.toContain("Only in the fork")
})

test("subagents come along, those of before too, and stay away when they are switched off", async () => {
  const scene = await createDeskWorld(world.url)
  const { sessions } = scene
  sessions.session({ id: "ses_1" })
  say(scene, 1)
  sessions.session({ id: "ses_2", parentID: "ses_1" })
  say(scene, 2, "From before", "ses_2")
  const desk = scene.start()
  const share = await desk.create("ses_1")
  sessions.session({ id: "ses_3", parentID: "ses_2" })
  say(scene, 3, "Nested", "ses_3")
  const child = async (id: string) =>
    (await fetch(`${world.url}/api/share/${share.id}/data?session=${id}`)).text()
  await waitFor("the child of before", async () => (await child("ses_2")).includes("From before"))
  await waitFor("the nested child", async () => (await child("ses_3")).includes("Nested"))
  await isInStep(scene, share)

  sessions.session({ id: "ses_4" })
  sessions.session({ id: "ses_5", parentID: "ses_4" })
  say(scene, 5, "Kept to itself", "ses_5")
  const alone = scene.start({ settings: { subagents: false } })
  const other = await alone.create("ses_4")
  say(scene, 6, "Kept as well", "ses_5")
  await alone.close(3_000)
  const all = await (await fetch(`${world.url}/share/${other.id}`)).text()
  expect(all).not.toContain("Kept")
})

test("many syncs leave few segments, and the share is what it was", async () => {
  const { scene, desk, share } = await begin()
  for (let at = 4; at < 60; at++) {
    say(scene, at)
    if (at % 3 === 0) change(scene, at - 2, `Changed at ${at}`)
    await isInStep(scene, share)
  }
  await isInStep(scene, share)
  await desk.close(5_000)
  const entry = JSON.parse(await readFile(join(scene.folder, "keyring", `${share.id}.json`), "utf8"))
  const manifest = (await (
    await fetch(`${world.url}/api/share/${share.id}/segments`, {
      headers: { "x-share-secret": entry.secret },
    })
  ).json()) as { revision: number; segments: unknown[] }
  expect(manifest.revision).toBeGreaterThan(32)
  expect(manifest.segments.length).toBeLessThan(18)
  await isInStep(scene, share)
})

function change({ sessions }: DeskWorld, at: number, text: string): void {
  const messageID = `msg_${String(at).padStart(4, "0")}`
  sessions.part({ id: messageID.replace("msg", "prt"), sessionID: "ses_1", messageID, text })
}

test("a share that the server has removed is told of once, and the next /share makes a new one", async () => {
  const { scene, notices, desk, share } = await begin()
  await isInStep(scene, share)
  const entry = JSON.parse(await readFile(join(scene.folder, "keyring", `${share.id}.json`), "utf8"))
  await fetch(`${world.url}/api/share/${share.id}`, {
    method: "DELETE",
    headers: { "x-share-secret": entry.secret },
  })
  say(scene, 4)
  await waitFor("the user to be told", () =>
    notices.some(({ message }) => message.includes("removed on the server")),
  )
  const next = await desk.create("ses_1")
  expect(next.id).not.toBe(share.id)
  await isInStep(scene, next)
})

test("with `block` a session that holds a secret is not shared, and the user hears what and where, never the value", async () => {
  const scene = await createDeskWorld(world.url)
  const secret = ["gh", "p_", "aB3".repeat(12)].join("")
  scene.sessions.session({ id: "ses_1" })
  say(scene, 1, `The token is ${secret}.`)
  const { calls, send } = counting()
  const desk = scene.start({ settings: { redact: "block", audit: true }, fetch: send })
  await expect(desk.create("ses_1")).rejects.toThrow("github")
  expect(calls).toEqual([])
  const [notice] = scene.notices
  expect(notice?.message).toMatch(/1 × github\S*.*prt_0001/)
  expect(JSON.stringify([scene.notices, scene.logged])).not.toContain(secret)
  await waitFor("the audit", async () =>
    (await readFile(join(scene.folder, "audit.ndjson"), "utf8").catch(() => "")).includes('"refused"'),
  )
})

test("with `block` a share in which a secret turns up is taken back, before the secret leaves", async () => {
  const scene = await createDeskWorld(world.url)
  const secret = ["gh", "p_", "aB3".repeat(12)].join("")
  scene.sessions.session({ id: "ses_1" })
  say(scene, 1)
  const { sent, send } = recording()
  const desk = scene.start({ settings: { redact: "block" }, fetch: send })
  const share = await desk.create("ses_1")
  await isInStep(scene, share)
  say(scene, 2, `The token is ${secret}.`)
  await waitFor("the share to be gone", async () => (await fetch(share.url)).status === 410)
  expect(scene.notices.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^Not shared any more, as it holds secrets: 1 × github\S*\. Found: .*prt_0002/),
  ])
  expect(sent().includes("redacted")).toBe(false)
  expect(sent().includes(secret)).toBe(false)
})

test("a dry run sends nothing and writes down what would leave", async () => {
  const scene = await createDeskWorld(world.url)
  const secret = ["gh", "p_", "aB3".repeat(12)].join("")
  scene.sessions.session({ id: "ses_1" })
  say(scene, 1, `The token is ${secret}.`)
  const { calls, send } = counting()
  await expect(scene.start({ settings: { dryRun: true }, fetch: send }).create("ses_1")).rejects.toThrow(
    "Dry run",
  )
  expect(calls).toEqual([])
  const written = await readFile(join(scene.folder, "dry-run/ses_1.ndjson"), "utf8")
  expect(written.trim().split("\n")).toHaveLength(3)
  expect(written).toContain("[redacted:github")
  expect(written).not.toContain(secret)
})

test("a dry run says at the end what would have left by then", async () => {
  const scene = await createDeskWorld(world.url)
  scene.sessions.session({ id: "ses_1" })
  const { calls, send } = counting()
  const desk = scene.start({ settings: { dryRun: true }, fetch: send })
  await expect(desk.create("ses_1")).rejects.toThrow("nothing would be removed")
  say(scene, 1, `The token is ${["gh", "p_", "aB3".repeat(12)].join("")}.`)
  await desk.close(3_000)
  expect(scene.notices.at(-1)?.message).toMatch(/items: 3.*removed: 1 × github/)
  expect(calls).toEqual([])
})

test("one notice says what was removed, by kind and count; the same secret is one placeholder after a restart too", async () => {
  const scene = await createDeskWorld(world.url)
  const secret = ["gh", "p_", "aB3".repeat(12)].join("")
  const other = ["gh", "p_", "Zx9".repeat(12)].join("")
  scene.sessions.session({ id: "ses_1" })
  say(scene, 1, `First ${secret}.`)
  say(scene, 2, `Other ${other}.`)
  const desk = scene.start({ settings: { audit: true } })
  const share = await desk.create("ses_1")
  await waitFor("the notice", () => scene.notices.length > 0)
  expect(scene.notices.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^Removed before sharing: 2 × github/),
  ])
  await desk.close(3_000)
  const next = scene.start()
  await next.resume()
  say(scene, 3, `Again ${secret}.`)
  await next.close(3_000)
  const { messages } = await readShared(world.url, share.id)
  const texts = messages.map(({ parts }) => (parts[0] as unknown as { text: string }).text)
  const [first, second, third] = texts.map((text) => /\[redacted:[^\]]+\]/.exec(text)?.[0])
  expect(first).toBeDefined()
  expect(third).toBe(first)
  expect(second).not.toBe(first)
  const audit = await readFile(join(scene.folder, "audit.ndjson"), "utf8")
  const events = audit
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line).event)
  expect(events).toContain("shared")
  expect(events).toContain("redacted")
  expect(audit).not.toContain(secret)
})

test("the same person on another machine takes a share over by its session, and the first machine's secret is dead", async () => {
  const { scene, desk, share } = await begin({ audit: true })
  await isInStep(scene, share)
  await desk.close(3_000)
  const elsewhere = await createDeskWorld(world.url)
  await writeFile(join(elsewhere.folder, "owner.json"), await readFile(join(scene.folder, "owner.json")))
  const there = scene.start({ folder: elsewhere.folder, settings: { audit: true } })
  const taken = await there.create("ses_1")
  expect(taken.id).toBe(share.id)
  expect(taken.secret).not.toBe(share.secret)
  say(scene, 4)
  await isInStep(scene, share)
  const audit = await readFile(join(elsewhere.folder, "audit.ndjson"), "utf8")
  expect(audit).toContain('"recovered"')
  // Without the key it is another person's.
  const stranger = await createDeskWorld(world.url)
  const own = await scene.start({ folder: stranger.folder }).create("ses_1")
  expect(own.id).not.toBe(share.id)
})
