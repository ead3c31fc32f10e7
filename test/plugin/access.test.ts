import { readdir, readFile, rm } from "node:fs/promises"
import { createServer } from "node:http"
import { join } from "node:path"
import { afterEach, expect, onTestFinished, test } from "vitest"
import type { MetadataAnswer } from "../../src/protocol/routes.ts"
import { closeServer, listen } from "../loopback.ts"
import { createNativeClient } from "../native-client.ts"
import { waitFor } from "../wait.ts"
import { createWorld, type World, type WorldOptions } from "../world.ts"
import { createDeskWorld } from "./desk-world.ts"

const DAY = 24 * 3600_000
const password = "an open sesame"
let world: World
afterEach(() => world?.close())

async function begin(options: WorldOptions = {}) {
  world = await createWorld(options)
  const scene = await createDeskWorld(world.url)
  scene.sessions.session({ id: "ses_1", title: "For some eyes" })
  return scene
}

const metadataOf = async (id: string, headers: Record<string, string> = {}) => {
  const response = await fetch(`${world.url}/api/share/${id}/metadata`, { headers })
  return { status: response.status, body: (await response.json()) as MetadataAnswer }
}

test("[Y7] a share begins with the visibility, the password and the expiry of the options", async () => {
  const now = Date.now()
  const scene = await begin({ now: () => now })
  const desk = scene.start({ settings: { visibility: "password", password, expires: "7d", audit: true } })
  const { id } = await desk.create("ses_1")
  expect((await metadataOf(id)).status).toBe(401)
  const unlocked = await createNativeClient(world.url).call<{ capability: string }>(
    "POST",
    `/api/share/${id}/unlock`,
    { password },
  )
  const { body } = await metadataOf(`${id}_${unlocked.body.capability}`)
  expect(body).toMatchObject({ visibility: "password" })
  expect(Date.parse(body.expiresAt ?? "")).toBe(now + 7 * DAY)
  await desk.close(3_000)

  const names = await readdir(scene.folder, { recursive: true, withFileTypes: true })
  const kept = await Promise.all(
    names
      .filter((entry) => entry.isFile())
      .map((entry) => readFile(join(entry.parentPath, entry.name), "utf8")),
  )
  expect(kept.join("\n")).toContain(id)
  expect([...kept, ...scene.logged, JSON.stringify(scene.notices)].join("\n")).not.toContain(password)
})

test("[Y7] a password alone makes a share that asks for it, an encrypted one as well", async () => {
  const scene = await begin()
  const desk = scene.start({ settings: { password, encrypt: true } })
  const { id } = await desk.create("ses_1")
  expect((await metadataOf(id)).status).toBe(401)
})

test("[Y7] a share that is there already, or is taken over, keeps what it has", async () => {
  const scene = await begin()
  const first = scene.start({ settings: { expires: "1h" } })
  const { id } = await first.create("ses_1")
  await first.close(3_000)
  const { body: before } = await metadataOf(id)
  expect(before.expiresAt).toBeDefined()
  for (const loss of [undefined, "keyring"]) {
    if (loss) await rm(join(scene.folder, loss), { recursive: true })
    const again = scene.start({ settings: { visibility: "private", expires: "7d" } })
    expect((await again.create("ses_1")).id).toBe(id)
    await again.close(3_000)
    const { expiresAt, visibility } = (await metadataOf(id)).body
    expect({ expiresAt, visibility }).toEqual({ expiresAt: before.expiresAt, visibility: "unlisted" })
  }
})

test.each([
  ["[Y9]", { expires: "30d" }, /^expires: this server keeps no share for longer, .*Nothing was shared\.$/],
  ["[Y1]", { visibility: "public", encrypt: true }, /cannot be public\. Nothing was shared\.$/],
])("%s %j is refused in the server's words, and nothing is shared", async (_, settings, words) => {
  const scene = await begin({ expiry: { usual: undefined, longest: 7 * DAY } })
  const desk = scene.start({ settings })
  await expect(desk.create("ses_1")).rejects.toThrow()
  expect(scene.notices).toEqual([expect.objectContaining({ message: expect.stringMatching(words) })])
  expect(await readdir(join(scene.folder, "keyring")).catch(() => [])).toEqual([])
  expect(await world.storedFiles()).toEqual([])
})

test("[Y3] a private share is kept in step and merged, though nobody else can read it", async () => {
  const scene = await begin()
  const desk = scene.start({ settings: { visibility: "private" } })
  const { id } = await desk.create("ses_1")
  const { secret } = JSON.parse(await readFile(join(scene.folder, "keyring", `${id}.json`), "utf8"))
  // More than sixteen commits, so that the plugin reads segments and merges them.
  for (let at = 1; at <= 20; at++) {
    scene.sessions.message({ id: `msg_${at}`, sessionID: "ses_1" })
    scene.sessions.part({ id: `prt_${at}`, sessionID: "ses_1", messageID: `msg_${at}`, text: `word ${at}` })
    await waitFor(`message ${at}`, async () => {
      const { body } = await metadataOf(id, { "x-share-secret": secret })
      return body.messageCount === at && body.partCount === at
    })
  }
  expect((await metadataOf(id)).status).toBe(404)
  expect(scene.notices).toEqual([])
})

/** Stands before a server, and answers as one that knows no visibility. */
async function startOlderServer(honest: string) {
  const made: string[] = []
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray())
    const answered = await fetch(`${honest}${request.url}`, {
      method: request.method ?? "GET",
      headers: new Headers(
        Object.entries(request.headers).filter(([name]) => /^(content-type|x-)/.test(name)) as never,
      ),
      ...(body.length > 0 && { body }),
    })
    const { visibility: _, expiresAt: __, ...rest } = JSON.parse(await answered.text())
    if (rest.shareId) made.push(rest.shareId)
    response.writeHead(answered.status, { "content-type": "application/json" }).end(JSON.stringify(rest))
  })
  const url = await listen(server)
  onTestFinished(() => closeServer(server))
  return { url, made }
}

test("[Y7] with a server that knows no such choice nothing is shared", async () => {
  world = await createWorld()
  const older = await startOlderServer(world.url)
  const scene = await createDeskWorld(older.url)
  scene.sessions.session({ id: "ses_1", title: "For some eyes" })
  const desk = scene.start({ settings: { visibility: "private" } })
  await expect(desk.create("ses_1")).rejects.toThrow("older than this plugin")
  expect(older.made).toHaveLength(1)
  expect((await metadataOf(older.made[0] ?? "")).status).toBe(410)
  await desk.close(3_000)
})
