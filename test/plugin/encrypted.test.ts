import { cp, readFile } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { checkManifest, createSealer, type Sealer } from "../../src/encryption/sealer.ts"
import { readKeyText } from "../../src/encryption/share-key.ts"
import { fold } from "../../src/protocol/fold.ts"
import type { Item } from "../../src/protocol/item.ts"
import { readManifest, readSegment } from "../encrypted-client.ts"
import { waitFor } from "../wait.ts"
import { createWorld, type World } from "../world.ts"
import { createDeskWorld, type DeskWorld } from "./desk-world.ts"

let world: World
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())

function say({ sessions }: DeskWorld, at: number, text = `Geheim ${at}`): void {
  const id = `msg_${String(at).padStart(4, "0")}`
  sessions.message({ id, sessionID: "ses_1" })
  sessions.part({ id: `prt_${String(at).padStart(4, "0")}`, sessionID: "ses_1", messageID: id, text })
}

/** What a reader with the link makes of the share, as anybody could: by the manifest, its head, and the segments. */
async function open(id: string, sealer: Sealer) {
  const manifest = await readManifest(world.url, id)
  const head = manifest.head === undefined ? undefined : await sealer.openHead(manifest.head)
  if (head) checkManifest(manifest, head)
  const items: Item[] = []
  for (const { segment } of manifest.segments) {
    items.push(...(await sealer.openNamedSegment(segment, await readSegment(world.url, id, segment))))
  }
  return { head, manifest, document: fold(items, "ses_1") }
}

async function begin() {
  const scene = await createDeskWorld(world.url)
  scene.sessions.session({ id: "ses_1", title: "Geheimer Titel" })
  say(scene, 1)
  const desk = scene.start({ settings: { encrypt: true } })
  const share = await desk.create("ses_1")
  const keyText = readKeyText(new URL(share.url).hash) ?? ""
  const sealer = await createSealer(share.id, keyText)
  const inStep = () =>
    waitFor("the share to be in step", async () => {
      const { document } = await open(share.id, sealer)
      return JSON.stringify(document.messages) === JSON.stringify(scene.sessions.messages("ses_1"))
    })
  return { scene, desk, share, keyText, sealer, inStep }
}

test("the link has the key, the server has no word, and the reader finds all of it, with a head that fits", async () => {
  const { scene, share, keyText, sealer, inStep } = await begin()
  await inStep()
  for (let at = 2; at < 6; at++) say(scene, at)
  await inStep()
  const { head } = await open(share.id, sealer)
  expect(head).toMatchObject({ title: "Geheimer Titel", messageCount: 5, partCount: 5 })
  const stored = await Promise.all((await world.storedFiles()).map((file) => readFile(file, "latin1")))
  const database = await readFile(join(world.dataDir, "better-share.db"), "latin1")
  const all = [...stored, database].join("\n")
  for (const text of ["Geheim", "/work", keyText]) expect(all).not.toContain(text)
  const metadata = await (await fetch(`${world.url}/api/share/${share.id}/metadata`)).json()
  expect(metadata).toMatchObject({ encrypted: true, messageCount: 0 })
  expect(metadata).not.toHaveProperty("title")
})

test("it goes on after a restart, merges, and never shows a head that does not fit", async () => {
  const { scene, desk, share, sealer, inStep } = await begin()
  for (let at = 2; at < 22; at++) {
    say(scene, at)
    await inStep()
  }
  await desk.close(3_000)
  const next = scene.start({ settings: { encrypt: true } })
  expect(await next.create("ses_1")).toEqual(share)
  for (let at = 22; at < 40; at++) {
    say(scene, at)
    await inStep()
  }
  scene.sessions.removeMessage("ses_1", "msg_0003")
  await inStep()
  const { manifest } = await open(share.id, sealer)
  expect(manifest.revision).toBeGreaterThan(32)
  expect(manifest.segments.length).toBeLessThan(18)
})

test("a commit whose answer got lost is made again, and stands once", async () => {
  const scene = await createDeskWorld(world.url)
  scene.sessions.session({ id: "ses_1" })
  let lost = 0
  const desk = scene.start({
    settings: { encrypt: true },
    async fetch(input, init) {
      const answer = await fetch(input, init)
      if (String(init?.body).includes('"commit"') && lost < 2) {
        lost += 1
        throw new TypeError("the answer was lost")
      }
      return answer
    },
  })
  const share = await desk.create("ses_1")
  const sealer = await createSealer(share.id, readKeyText(new URL(share.url).hash) ?? "")
  for (let at = 1; at < 5; at++) {
    say(scene, at)
    await waitFor("the share to be in step", async () => {
      const { document } = await open(share.id, sealer)
      return JSON.stringify(document.messages) === JSON.stringify(scene.sessions.messages("ses_1"))
    })
  }
  expect(lost).toBe(2)
})

test("a share that was sealed is not taken over by who has the owner key and not the share's", async () => {
  const { scene, desk, share } = await begin()
  await desk.close(3_000)
  const elsewhere = await createDeskWorld(world.url)
  await cp(join(scene.folder, "owner.json"), join(elsewhere.folder, "owner.json"))
  const other = await scene.start({ folder: elsewhere.folder }).create("ses_1")
  expect(other.id).not.toBe(share.id)
  await waitFor("the clear share to have its words", async () =>
    (await (await fetch(`${world.url}/api/share/${other.id}`)).text()).includes("Geheim 1"),
  )
})
