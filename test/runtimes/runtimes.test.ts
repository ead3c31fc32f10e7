import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { buildAssets, root } from "../../build/build.mjs"
import { createDirectClient } from "../direct-client.ts"
import { readEvents } from "../event-source.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { createOwner } from "../owner.ts"
import { runCommand } from "../provision/command.ts"
import { provideBun, provideNode24 } from "../provision/runtimes.ts"
import { createServerProcess, npmStart, type Program } from "../server-process.ts"
import { waitFor } from "../wait.ts"

test("this Node serves the app", () => serves(npmStart()))

test("Node 24 serves the app", async () => {
  const path = await provideNode24()
  expect((await runCommand(path, ["--version"], { timeout: 10_000 })).output).toMatch(/^v24\./)
  await serves(npmStart(path))
})

test("Bun serves the app, on its own server", async () => {
  const assets = await mkdtemp(join(tmpdir(), "better-share-assets-"))
  onTestFinished(() => rm(assets, { recursive: true, force: true }))
  await buildAssets(assets)
  await serves({ path: await provideBun(), args: [join(root, "test/runtimes/bun.ts")] }, { ASSETS: assets })
})

/** A share's life over HTTP, from its creation to its end. */
async function serves(program: Program, env: Record<string, string> = {}): Promise<void> {
  const server = await createServerProcess(env, program)
  onTestFinished(() => server.dispose())
  await server.start()
  const client = createNativeClient(server.url)
  const { id, secret } = (await client.create("ses_1")).body
  const { session, user, text } = itemsOf("ses_1")
  const many = Array.from({ length: 500 }, (_, i) =>
    text("msg_1", `prt_${1000 + i}`, `step ${i} ✓ `.repeat(50)),
  )
  const items = [session({ title: "On any runtime" }), user("msg_1"), ...many]
  expect(await client.sync(id, secret, items)).toMatchObject({ status: 200, body: {} })

  const page = await client.call("GET", `/share/${id}`)
  expect(page.text).toContain("On any runtime")
  expect(page.text).toContain("step 499 ✓")
  const kept = createNativeClient(server.url, { "if-none-match": page.headers.get("etag") ?? "" })
  expect((await kept.call("GET", `/share/${id}`)).status).toBe(304)
  expect((await client.data(id)).body).toEqual(items)

  const reader = await readEvents(`${server.url}/api/share/${id}/events?revision=1`)
  await client.sync(id, secret, [text("msg_1", "prt_2000", "said while somebody watches")])
  const patch = await reader.waitForEvent("the patch", ({ id }) => id === 2)
  expect(JSON.stringify(patch.data)).toContain("said while somebody watches")

  const direct = createDirectClient(server.url)
  const owner = createOwner()
  const prove = (action: "create" | "recover") =>
    owner.prove({ action, baseUrl: server.url, sessionID: "ses_owned" })
  const owned = { sessionId: "ses_owned", tickets: [], owner: prove("create") }
  expect((await direct.reserve(owned)).status).toBe(200)
  expect((await direct.reserve({ ...owned, owner: prove("recover") })).status).toBe(403)
  const recovered = await direct.recover({ sessionId: "ses_owned", owner: prove("recover") })
  expect(recovered.status).toBe(200)

  expect((await client.remove(id, secret)).body.receipt).toMatchObject({ objects: 2, final: true })
  await reader.waitForEvent("the end", ({ event }) => event === "gone")
  await waitFor("the stream's end", reader.hasEnded)
  expect((await kept.call("GET", `/share/${id}`)).status).toBe(410)
  expect((await client.sync(id, "wrong", items)).status).toBe(404)
}
