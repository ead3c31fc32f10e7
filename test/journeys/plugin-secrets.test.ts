import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { brotliDecompressSync } from "node:zlib"
import { expect, onTestFinished, test } from "vitest"
import { createS3Store } from "../../src/storage/blobs/s3.ts"
import { servePage } from "../loopback.ts"
import { plantSecrets } from "../plugin/planted-secrets.ts"
import { setPluginStage } from "../plugin/plugin-stage.ts"
import { startGateway } from "../plugin/recording-proxies.ts"
import { startStrictS3 } from "../s3/strict-s3.ts"
import { waitFor } from "../wait.ts"
import { createWorld, filesBelow } from "../world.ts"
import { readShare } from "./stage.ts"

/** Every byte that the server and the store have, as text; of compressed objects also what is in them. */
async function everything(dataDir: string, objects: Iterable<Uint8Array>, bodies: Iterable<Uint8Array>) {
  const texts: string[] = []
  for (const file of await filesBelow(dataDir)) texts.push((await readFile(file)).toString("latin1"))
  for (const body of bodies) texts.push(Buffer.from(body).toString("latin1"))
  for (const object of objects) texts.push(brotliDecompressSync(object).toString("utf8"))
  return texts.join("\n")
}

test("secrets in every field of a session reach neither server nor store; no content passes the API", async () => {
  const s3 = await startStrictS3()
  onTestFinished(() => s3.close())
  const settings = { ...s3, pathStyle: true }
  let behind = ""
  const gateway = await startGateway(() => behind)
  onTestFinished(() => gateway.stop())
  const world = await createWorld({ s3: settings, baseUrl: gateway.url })
  onTestFinished(() => world.close())
  behind = world.url

  const secrets = plantSecrets()
  const stage = await setPluginStage({
    options: { url: gateway.url },
    env: secrets.env,
    files: secrets.files,
  })
  const page = await servePage(secrets.page)
  onTestFinished(() => page.stop())
  stage.model.play(secrets.script({ directory: stage.opencode.directory, pageUrl: page.url }))
  const { client, transcript } = await stage.opencode.serve()
  const { data: session } = await client.session.create({}, { throwOnError: true })
  const sessionID = session.id
  const { data: shared } = await client.session.share({ sessionID }, { throwOnError: true })
  await client.session.prompt(
    { sessionID, parts: [{ type: "text", text: secrets.prompt }] },
    { throwOnError: true },
  )
  expect(stage.model.faults, transcript()).toEqual([])

  const url = shared.share?.url ?? ""
  const document = await waitFor("the whole session to be there", async () => {
    const read = await readShare(url)
    return JSON.stringify(read.messages).includes("All done.") && read
  })
  // The session itself holds them all: otherwise the search below would prove nothing.
  const exported = JSON.stringify(await stage.opencode.export(sessionID))
  const children = await client.session.children({ sessionID }, { throwOnError: true })
  const child = JSON.stringify(await stage.opencode.export(children.data[0]?.id ?? ""))
  for (const [where, value] of Object.entries(secrets.values)) {
    expect(`${exported}${child}`, `${where} is in the session`).toContain(value)
  }
  const whole = await waitFor("the subagent's conversation to be there", async () => {
    const text = JSON.stringify(
      await (
        await fetch(`${url.replace("/share/", "/api/share/")}/data?session=${children.data[0]?.id}`)
      ).json(),
    )
    return text.includes("Checked.") && text
  })
  expect(whole).toContain("[redacted:")

  const store = createS3Store(settings)
  const objects: Buffer[] = []
  for (const key of s3.keys()) {
    const chunks: Uint8Array[] = []
    for await (const chunk of (await store.get(key)) ?? []) chunks.push(chunk)
    objects.push(Buffer.concat(chunks))
  }
  expect(objects.length).toBeGreaterThan(1)
  const all = await everything(
    world.dataDir,
    objects,
    gateway.requests.map(({ body }) => body),
  )
  expect(all).toContain("All done.")
  for (const [where, value] of Object.entries(secrets.values)) {
    expect(all.includes(value), `${where} has left the machine`).toBe(false)
  }
  expect(all.includes(stage.opencode.directory.replace("/project", "/home")), "the home folder").toBe(false)

  // The same secret is the same placeholder wherever it stands, and messages keep their form.
  const text = JSON.stringify(document)
  expect(text).toMatch(/\[redacted:[a-z0-9-]+:1\]/)
  expect(document.messages.map(({ info }) => info.id)).toEqual(
    JSON.parse(exported).messages.map(({ info }: { info: { id: string } }) => info.id),
  )

  // What the API was sent: no word of the conversation, and nothing but these calls.
  const bodies = gateway.requests.map(({ body }) => body.toString("utf8"))
  for (const word of ["All done.", "Say the tokens", "Checked.", "webfetch"]) {
    expect(
      bodies.some((body) => body.includes(word)),
      word,
    ).toBe(false)
  }
  const calls = new Set(
    gateway.requests
      .filter(({ headers }) => headers["user-agent"]?.startsWith("better-share-plugin/"))
      .map(({ method, url }) => `${method} ${url.replace(/[A-Za-z0-9]{22}/, ":id")}`),
  )
  for (const call of calls) {
    expect(["POST /api/share/recover", "POST /api/share/presign", "POST /api/share/:id/presign"]).toContain(
      call,
    )
  }

  // Nor do they stand in what the plugin keeps, or in what it says.
  const kept = await Promise.all((await filesBelow(stage.pluginData)).map((file) => readFile(file, "utf8")))
  const logs = await Promise.all(
    (await filesBelow(join(stage.dataHome, "opencode/log"))).map((file) => readFile(file, "utf8")),
  )
  const said = [
    ...kept,
    ...logs.map((log) =>
      log
        .split("\n")
        .filter((line) => line.includes("service=better-share"))
        .join("\n"),
    ),
  ]
  const keyring = await Promise.all(
    (await filesBelow(join(stage.pluginData, "keyring"))).map(async (file) =>
      JSON.parse(await readFile(file, "utf8")),
    ),
  )
  const log = logs.join("\n")
  expect(log).toContain("Removed before sharing")
  for (const { secret, deleteSecret } of keyring) {
    expect(log).not.toContain(secret)
    expect(log).not.toContain(deleteSecret)
  }
  expect(log).not.toContain("X-Amz-Signature")
  for (const [where, value] of Object.entries(secrets.values)) {
    expect(
      said.some((text) => text.includes(value)),
      `${where} is in the plugin's files`,
    ).toBe(false)
  }
})
