import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { checkManifest, createSealer } from "../../src/encryption/sealer.ts"
import { readKeyText } from "../../src/encryption/share-key.ts"
import { createKeyring } from "../../src/plugin/shares/keyring.ts"
import { redactShare } from "../../src/viewer/browser/encrypted/redact-share.ts"
import { readManifest } from "../encrypted-client.ts"
import { asOwner, openAll } from "../sealed-redaction.ts"
import { waitFor } from "../wait.ts"
import { createWorld, type World } from "../world.ts"
import { createDeskWorld } from "./desk-world.ts"

const SECRET = "the-name-of-the-customer"

let world: World
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())

/** An encrypted share that the plugin keeps in step, and a place to put something between two of its requests. */
async function begin() {
  const scene = await createDeskWorld(world.url)
  scene.sessions.session({ id: "ses_1", title: `About ${SECRET}` })
  let count = 0
  const say = (text: string) => {
    const id = String(++count).padStart(4, "0")
    scene.sessions.message({ id: `msg_${id}`, sessionID: "ses_1" })
    scene.sessions.part({ id: `prt_${id}`, sessionID: "ses_1", messageID: `msg_${id}`, text })
  }
  /** Called behind a PUT, and behind a commit whose answer is made only then. */
  let [afterPut, afterCommit] = [async () => {}, undefined as (() => Promise<void>) | undefined]
  const put: Uint8Array[] = []
  const send: typeof fetch = async (input, init) => {
    const answer = await fetch(input, init)
    if (init?.body instanceof Uint8Array) {
      put.push(init.body)
      await afterPut()
    }
    if (!afterCommit || !String(init?.body).includes('"commit"')) return answer
    const work = afterCommit
    afterCommit = undefined
    await work()
    const { commit: _, ...rest } = JSON.parse(String(init?.body))
    return fetch(input, { ...init, body: JSON.stringify(rest) })
  }
  say(`first ${SECRET}`)
  const desk = scene.start({ settings: { encrypt: true }, fetch: send })
  const share = await desk.create("ses_1")
  const sealer = await createSealer(share.id, readKeyText(new URL(share.url).hash) ?? "")
  const { secret = "" } = (await createKeyring(join(scene.folder, "keyring")).find(share.id)) ?? {}
  const held = { id: share.id, secret, sealer }
  const shown = async () => JSON.stringify(await openAll(world.url, held))
  return {
    ...{ scene, desk, say, put, held, sealer, shown },
    shows: (text: string) =>
      waitFor(`the share to show ${text}`, async () => (await shown().catch(() => "")).includes(text)),
    redact: () => redactShare(asOwner(world.url, held), [{ kind: "text", text: SECRET }]),
    between(work: () => Promise<void>) {
      afterPut = async () => {
        afterPut = async () => {}
        await work()
      }
    },
    overtake(work: () => Promise<void>) {
      afterCommit = work
    },
  }
}

test("[Z14] what the owner takes out between a put and its commit does not come back, and nothing is lost", async () => {
  const { scene, desk, say, put, held, sealer, shown, shows, redact, between } = await begin()
  await shows(`first ${SECRET}`)
  between(async () => void (await redact()))
  say(`second ${SECRET}`)
  await shows("second [redacted]")
  // From here on it does not leave the machine, sealed or not.
  put.length = 0
  say(`third ${SECRET}`)
  await shows("third [redacted]")
  for (const body of put) expect(JSON.stringify(await sealer.openSegment(body))).not.toContain(SECRET)
  await desk.close(3_000)

  // A process that knows nothing of the rules asks before it puts anything.
  put.length = 0
  const next = scene.start({ settings: { encrypt: true } })
  await next.resume()
  say(`fourth ${SECRET}`)
  await shows("fourth [redacted]")
  for (const body of put) expect(JSON.stringify(await sealer.openSegment(body))).not.toContain(SECRET)
  // Merges go on by the rules as well.
  for (let n = 5; n < 24; n++) {
    say(`${n}: ${SECRET}.`)
    await shows(`"${n}: [redacted].`)
  }
  await next.close(3_000)
  const manifest = await readManifest(world.url, held.id)
  const head = await sealer.openHead(manifest.head ?? "")
  checkManifest(manifest, head)
  expect(head).toMatchObject({ title: "About [redacted]", messageCount: 23 })
  expect(manifest.segments.length).toBeLessThan(18)
  const text = await shown()
  for (const each of ["first", "second", "third", "fourth"]) expect(text).toContain(`${each} [redacted]`)
  expect(text).not.toContain(SECRET)
})

test("[Z14] an answer that a redaction overtook is not taken for the share as the plugin knows it", async () => {
  const { desk, say, held, sealer, shown, shows, redact, overtake } = await begin()
  await shows(`first ${SECRET}`)
  overtake(async () => void (await redact()))
  say(`second ${SECRET}`)
  await shows("second [redacted]")
  say("third")
  await shows('"third"')
  await desk.close(3_000)
  const manifest = await readManifest(world.url, held.id)
  checkManifest(manifest, await sealer.openHead(manifest.head ?? ""))
  expect(await shown()).not.toContain(SECRET)
})
