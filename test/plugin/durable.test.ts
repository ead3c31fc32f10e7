import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { waitFor } from "../wait.ts"
import { createWorld, type World } from "../world.ts"
import { createDeskWorld, type DeskWorld, readShared } from "./desk-world.ts"

let world: World
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())

async function isInStep({ sessions }: DeskWorld, shareID: string): Promise<void> {
  await waitFor(
    "the share to be in step",
    async () => {
      const { messages } = await readShared(world.url, shareID).catch(() => ({ messages: undefined }))
      return JSON.stringify(messages) === JSON.stringify(sessions.messages("ses_1"))
    },
    { timeout: 20_000 },
  )
}

function say({ sessions }: DeskWorld, at: number, text = `Words ${at}`): void {
  const id = `msg_${String(at).padStart(4, "0")}`
  sessions.message({ id, sessionID: "ses_1" })
  sessions.part({ id: `prt_${String(at).padStart(4, "0")}`, sessionID: "ses_1", messageID: id, text })
}

/** What a session goes through: words, changes of them, and removals. */
function live(scene: DeskWorld, step: number): void {
  say(scene, step)
  if (step % 3 === 2) say(scene, step - 1, `Changed in ${step}`)
  if (step % 5 === 4) scene.sessions.removeMessage("ses_1", `msg_${String(step - 3).padStart(4, "0")}`)
}

/** A request that is never answered. */
function halt(init: RequestInit | undefined): Promise<Response> {
  return new Promise((_resolve, reject) =>
    init?.signal?.addEventListener("abort", () => reject(new Error("ended"))),
  )
}

/** Requests of a run in which nothing goes wrong: a crash is tried at each of them. */
const REQUESTS = 16

test.each(["before", "after"] as const)(
  "killed %s any of its requests, the plugin's next run brings the share in step",
  async (when) => {
    for (let crashAt = 3; crashAt <= REQUESTS; crashAt += 1) {
      const scene = await createDeskWorld(world.url)
      scene.sessions.session({ id: "ses_1" })
      live(scene, 1)
      let requests = 0
      const first = scene.start({
        async fetch(input, init) {
          requests += 1
          if (requests === crashAt && when === "before") first.kill()
          if (requests > crashAt || (requests === crashAt && when === "before")) return halt(init)
          const answer = await fetch(input, init)
          if (requests !== crashAt) return answer
          first.kill()
          return halt(init)
        },
      })
      const share = await first.create("ses_1")
      let step = 2
      // On a busy machine what is said in several steps goes up at once: then it takes more of them.
      for (; requests < crashAt; step++) {
        live(scene, step)
        const before = requests
        await waitFor("requests", () => requests > before)
      }
      // The session goes on for a moment without being heard.
      live(scene, step)
      const second = scene.start()
      await second.resume()
      await isInStep(scene, share.id)
      await second.close(3_000)
      await isInStep(scene, share.id)
    }
  },
  120_000,
)

const OUTAGES: Record<string, () => Promise<Response>> = {
  "nobody answers": async () => {
    throw new TypeError("connect ECONNREFUSED")
  },
  "a login page answers": async () =>
    new Response("<html>Sign in</html>", { status: 200, headers: { "content-type": "text/html" } }),
  "a redirect to a login answers": async () =>
    new Response(null, { status: 302, headers: { location: "https://login.example.com" } }),
  "a 503 asks to wait": async () =>
    Response.json(
      { error: { code: "unavailable", message: "The store is away." } },
      { status: 503, headers: { "retry-after": "0" } },
    ),
  "a 500 says nothing": async () =>
    Response.json({ error: { code: "internal", message: "id" } }, { status: 500 }),
}

test.each(Object.entries(OUTAGES))(
  "while %s what is said waits on disk, the user is told once, and then it goes up",
  async (_, answer) => {
    const scene = await createDeskWorld(world.url)
    scene.sessions.session({ id: "ses_1" })
    let away = false
    let refused = 0
    const desk = scene.start({
      fetch: (input, init) => {
        if (!away) return fetch(input, init)
        refused += 1
        return answer()
      },
    })
    const share = await desk.create("ses_1")
    say(scene, 1)
    await isInStep(scene, share.id)
    away = true
    say(scene, 2)
    await waitFor("a try", () => refused > 0)
    say(scene, 3)
    const batches = join(scene.folder, "outbox", share.id, "batches")
    await waitFor("it to be on disk", async () => {
      const texts = await Promise.all(
        (await readdir(batches)).map((name) => readFile(join(batches, name), "utf8")),
      )
      return texts.join("").includes("Words 3")
    })
    const { mode } = await stat(join(batches, (await readdir(batches))[0] ?? ""))
    expect(mode & 0o777).toBe(0o600)
    expect(scene.notices).toHaveLength(1)
    away = false
    await isInStep(scene, share.id)
    await waitFor("the batch to go", async () => (await readdir(batches)).length === 0)
  },
)

test("a session that was over when the network died goes up at the next start, also when OpenCode has forgotten it", async () => {
  const scene = await createDeskWorld(world.url)
  scene.sessions.session({ id: "ses_1" })
  let away = false
  const desk = scene.start({
    fetch: (input, init) => (away ? Promise.reject(new TypeError("no network")) : fetch(input, init)),
  })
  const share = await desk.create("ses_1")
  say(scene, 1)
  await isInStep(scene, share.id)
  away = true
  say(scene, 2)
  await desk.close(50)
  const expected = scene.sessions.messages("ses_1")
  // A database that was lost, sessions and all: nothing was deleted, so nothing is taken back.
  scene.sessions.forget("ses_1")
  await scene.start().resume()
  await waitFor("the rest to be there", async () => {
    const { messages } = await readShared(world.url, share.id)
    return JSON.stringify(messages) === JSON.stringify(expected)
  })
})

test("a session that was deleted while no plugin ran takes its share along at the next start", async () => {
  const scene = await createDeskWorld(world.url)
  scene.sessions.session({ id: "ses_0", time: { created: 1, updated: 1 } })
  scene.sessions.session({ id: "ses_1" })
  const desk = scene.start()
  const share = await desk.create("ses_1")
  await desk.close(3_000)
  scene.sessions.forget("ses_1")
  await scene.start().resume()
  await waitFor("the share to be gone", async () => (await fetch(share.url)).status === 410)
})

test("an unshare that does not reach the server says so, and is done when it can be, after a restart too", async () => {
  const scene = await createDeskWorld(world.url)
  scene.sessions.session({ id: "ses_1" })
  say(scene, 1)
  let away = false
  const desk = scene.start({
    fetch: (input, init) => (away ? Promise.reject(new TypeError("no network")) : fetch(input, init)),
  })
  const share = await desk.create("ses_1")
  await isInStep(scene, share.id)
  away = true
  await expect(desk.remove(share.id, share.secret)).rejects.toThrow("The link still works")
  expect((await fetch(share.url)).status).toBe(200)
  // Nothing more goes up in between.
  say(scene, 2)
  desk.kill()
  scene.sessions.session({ id: "ses_1", share: { url: share.url } })
  await scene.start().resume()
  await waitFor("the share to be gone", async () => (await fetch(share.url)).status === 410)
  // OpenCode was told that it failed: the user hears that it is done, and OpenCode's own note goes.
  await waitFor("the user to be told", () => scene.notices.at(-1)?.message.includes("is removed now"))
  await waitFor("OpenCode to know", async () => !(await scene.sessions.reader.session("ses_1"))?.share)
  const outbox = join(scene.folder, "outbox")
  await waitFor("the outbox to be empty", async () => (await readdir(outbox)).length === 0)
})

test("without OpenCode's note of the share, unsharing the session and deleting it still remove it", async () => {
  const scene = await createDeskWorld(world.url)
  for (const [id, end] of [
    ["ses_1", () => scene.sessions.session({ id: "ses_1", share: undefined })],
    ["ses_2", () => scene.sessions.deleteSession("ses_2")],
  ] as const) {
    scene.sessions.session({ id })
    const share = await scene.start({ pid: process.pid }).create(id)
    scene.sessions.session({ id, share: { url: share.url } })
    end()
    await waitFor(`the share of ${id} to be gone`, async () => (await fetch(share.url)).status === 410)
  }
})

test("two processes that follow one session do not step on each other", async () => {
  const scene = await createDeskWorld(world.url)
  scene.sessions.session({ id: "ses_1" })
  const a = scene.start({ pid: process.pid })
  const share = await a.create("ses_1")
  const b = scene.start({ pid: process.pid })
  await b.resume()
  for (let step = 1; step < 20; step++) live(scene, step)
  await isInStep(scene, share.id)
  for (let step = 20; step < 30; step++) {
    live(scene, step)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await Promise.all([a.close(3_000), b.close(3_000)])
  await scene.start().resume()
  await isInStep(scene, share.id)
})

test("a disk that takes nothing: OpenCode is answered, the user is told once, and it goes on when there is room", async () => {
  const scene = await createDeskWorld(world.url)
  scene.sessions.session({ id: "ses_1" })
  const desk = scene.start()
  const share = await desk.create("ses_1")
  say(scene, 1)
  await isInStep(scene, share.id)
  const batches = join(scene.folder, "outbox", share.id, "batches")
  await rm(batches, { recursive: true })
  await writeFile(batches, "in the way")
  say(scene, 2)
  await waitFor("the user to be told", () => scene.notices.length > 0)
  expect(scene.notices[0]?.message).toContain("Nothing can be kept on this disk")
  await rm(batches)
  await mkdir(batches)
  say(scene, 3)
  await isInStep(scene, share.id)
})

test("a keyring that cannot be written to: nothing is shared, and nothing is left on the server", async () => {
  const scene = await createDeskWorld(world.url)
  scene.sessions.session({ id: "ses_1" })
  await writeFile(join(scene.folder, "keyring"), "in the way")
  const made: string[] = []
  const desk = scene.start({
    async fetch(input, init) {
      const answer = await fetch(input, init)
      const { shareId } = (await answer
        .clone()
        .json()
        .catch(() => ({}))) as { shareId?: string }
      if (shareId) made.push(shareId)
      return answer
    },
  })
  await expect(desk.create("ses_1")).rejects.toThrow("disk")
  for (const id of made) expect((await fetch(`${world.url}/share/${id}`)).status).toBe(410)
})

test("the outbox is bounded, and a long outage costs no more than the session", async () => {
  const scene = await createDeskWorld(world.url)
  scene.sessions.session({ id: "ses_1" })
  let away = false
  const desk = scene.start({
    mostBytes: 200_000,
    fetch: (input, init) => (away ? Promise.reject(new TypeError("no network")) : fetch(input, init)),
  })
  const share = await desk.create("ses_1")
  await isInStep(scene, share.id)
  away = true
  const batches = join(scene.folder, "outbox", share.id, "batches")
  const sizes = async () => {
    const names = await readdir(batches)
    const all = await Promise.all(
      names.map((name) =>
        stat(join(batches, name)).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
    )
    return all.reduce((sum, size) => sum + size, 0)
  }
  say(scene, 1)
  for (let version = 0; version < 300; version++) {
    say(scene, 1, `${version} ${"x".repeat(2_000)}`)
    if (version % 3 === 0) await new Promise((resolve) => setTimeout(resolve, 8))
  }
  expect(await sizes()).toBeLessThanOrEqual(200_000)
  away = false
  await desk.close(5_000)
  await scene.start().resume()
  await isInStep(scene, share.id)
})

test("unshared in an outage and shared again: the old link goes, the new one stays and can be taken back", async () => {
  const scene = await createDeskWorld(world.url)
  scene.sessions.session({ id: "ses_1" })
  say(scene, 1)
  let away = false
  const desk = scene.start({
    fetch: (input, init) => (away ? Promise.reject(new TypeError("no network")) : fetch(input, init)),
  })
  const first = await desk.create("ses_1")
  await isInStep(scene, first.id)
  away = true
  await expect(desk.remove(first.id, first.secret)).rejects.toThrow("The link still works")
  await expect(desk.create("ses_1")).rejects.toThrow("The link still works")
  away = false
  const second = await desk.create("ses_1")
  expect((await fetch(first.url)).status).toBe(410)
  await isInStep(scene, second.id)
  expect(await desk.remove(second.id, second.secret)).toMatchObject({ ok: true })
  expect((await fetch(second.url)).status).toBe(410)
})

test("a merge that fails decides nothing about the share", async () => {
  const scene = await createDeskWorld(world.url)
  scene.sessions.session({ id: "ses_1" })
  let refused = 0
  const desk = scene.start({
    fetch: (input, init) => {
      if (init?.method !== "GET" || !/\/segments\/./.test(String(input))) return fetch(input, init)
      refused += 1
      return Promise.resolve(
        Response.json(
          { error: { code: "not_found", message: "The share has no such segment." } },
          { status: 404 },
        ),
      )
    },
  })
  const share = await desk.create("ses_1")
  for (let at = 1; at < 24; at++) {
    say(scene, at)
    await isInStep(scene, share.id)
  }
  expect(refused).toBeGreaterThan(0)
  expect(await desk.remove(share.id, share.secret)).toMatchObject({ ok: true })
})

test("the key of an encrypted share of the session does not go up in a clear one", async () => {
  const scene = await createDeskWorld(world.url)
  scene.sessions.session({ id: "ses_1", share: { url: "https://other.example.com/share/abc#k=KEYTEXT" } })
  const share = await scene.start().create("ses_1")
  await waitFor("the session", async () =>
    (await (await fetch(`${world.url}/api/share/${share.id}/data`)).text()).includes("other.example.com"),
  )
  expect(await (await fetch(`${world.url}/api/share/${share.id}/data`)).text()).not.toContain("KEYTEXT")
})
