import { join } from "node:path"
import { brotliDecompressSync } from "node:zlib"
import { afterAll, beforeAll, expect, test } from "vitest"
import { createKeyring } from "../../src/plugin/shares/keyring.ts"
import { createNativeClient } from "../native-client.ts"
import { storedTexts } from "../stored-texts.ts"
import { waitFor } from "../wait.ts"
import { createWorld, type World } from "../world.ts"
import { createDeskWorld, readShared } from "./desk-world.ts"

const SECRET = "the-name-of-the-customer"

let world: World
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())

/** A fetch that keeps what is put, and what is asked for. */
function recording() {
  const sent: string[] = []
  const asked: string[] = []
  const send: typeof fetch = (input, init) => {
    if (init?.body instanceof Uint8Array) sent.push(brotliDecompressSync(init.body).toString())
    asked.push(`${init?.method} ${new URL(String(input)).pathname.split("/").at(-1)}`)
    return fetch(input, init)
  }
  return { sent, asked, send }
}

async function begin(settings: Record<string, unknown> = {}) {
  const scene = await createDeskWorld(world.url)
  scene.sessions.session({ id: "ses_1", title: `About ${SECRET}` })
  let count = 0
  const say = (text: string) => {
    const id = String(++count).padStart(4, "0")
    scene.sessions.message({ id: `msg_${id}`, sessionID: "ses_1" })
    scene.sessions.part({ id: `prt_${id}`, sessionID: "ses_1", messageID: `msg_${id}`, text })
  }
  say(`first ${SECRET}`)
  const record = recording()
  const desk = scene.start({ settings, fetch: record.send })
  const share = await desk.create("ses_1")
  const shows = (text: string) =>
    waitFor(`the share to show ${text}`, async () =>
      JSON.stringify(await readShared(world.url, share.id)).includes(text),
    )
  await shows(`first ${SECRET}`)
  const entry = await createKeyring(join(scene.folder, "keyring")).find(share.id)
  const client = createNativeClient(world.url, { "x-share-secret": entry?.secret ?? "" })
  const redact = (text: string) =>
    client.call("POST", `/api/share/${share.id}/redact`, { rules: [{ kind: "text", text }] })
  return { scene, desk, share, say, shows, redact, ...record }
}

test.each([
  ["", {}],
  [" without redaction of its own", { redact: false }],
])("[Z3] what was taken out by hand does not leave the machine any more%s", async (_, settings) => {
  const { scene, desk, share, say, shows, redact, sent, asked } = await begin(settings)
  expect((await redact(SECRET)).status).toBe(200)
  await shows("first [redacted]")
  // The next answer says that there is a rule.
  say("in between")
  await waitFor("the plugin to ask for the rules", () => asked.includes("GET redactions"))
  await shows("in between")
  sent.length = 0
  say(`second ${SECRET}`)
  await shows("second [redacted]")
  expect(sent.join("")).toContain("second [redacted]")
  expect(sent.join("")).not.toContain(SECRET)
  expect(asked.filter((call) => call === "GET redactions")).toHaveLength(1)
  await desk.close(3_000)

  // A process that knows nothing of it learns it again; what it sends before that, the server sees to.
  const next = scene.start({ settings })
  await next.resume()
  say(`third ${SECRET}`)
  await shows("third [redacted]")
  await next.close(3_000)
  const shown = JSON.stringify(await readShared(world.url, share.id))
  for (const each of ["first", "second", "third"]) expect(shown).toContain(`${each} [redacted]`)
  expect(shown).not.toContain(SECRET)
  await waitFor("a clean store", async () => !(await storedTexts(world, share.id)).includes(SECRET))
})

test("[Z9] a share that is rewritten under the plugin's merges stays whole", async () => {
  const { desk, share, say, shows, redact } = await begin()
  for (let n = 0; n < 40; n++) {
    say(`${n}: ${SECRET}.`)
    if (n === 20) expect((await redact(SECRET)).status).toBe(200)
    await shows(`${n}: `)
  }
  await desk.close(3_000)
  const shown = JSON.stringify(await readShared(world.url, share.id))
  for (let n = 0; n < 40; n++) expect(shown).toContain(`"${n}: [redacted].`)
  await waitFor("a clean store", async () => !(await storedTexts(world, share.id)).includes(SECRET))
})
