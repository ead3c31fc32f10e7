import { writeFile } from "node:fs/promises"
import { createServer } from "node:http"
import { join } from "node:path"
import { expect, onTestFinished, test } from "vitest"
import type { Finding } from "../../src/cli/doctor/finding.ts"
import { closeServer, listen } from "../loopback.ts"
import { freePort } from "../server-process.ts"
import { createCli } from "./cli.ts"
import { createPlace, elsewhere } from "./place.ts"

type Cli = ReturnType<typeof createCli>

async function look(cli: Cli, ...args: string[]): Promise<Record<string, Finding>> {
  const { stdout } = await cli(["doctor", "--json", ...args])
  return Object.fromEntries((JSON.parse(stdout) as Finding[]).map((finding) => [finding.name, finding]))
}

test("what is wrong with OpenCode's configuration is said with what to do", async () => {
  const { cli, cwd, world } = await createPlace()
  expect(await look(cli)).toMatchObject({
    server: { state: "well" },
    api: { state: "well" },
    clock: { state: "well" },
    opencode: { state: "skipped" },
    address: { state: "wrong", mend: expect.stringContaining("init") },
    plugin: { state: "note" },
  })
  await writeFile(
    join(cwd, "opencode.json"),
    JSON.stringify({ share: { enabled: true }, enterprise: { url: world.url } }),
  )
  expect(await look(cli)).toMatchObject({
    "opencode.json": { state: "wrong", says: expect.stringContaining("object") },
    address: { state: "well" },
  })
  await writeFile(
    join(cwd, "opencode.json"),
    JSON.stringify({ plugin: [["file:///nowhere/better-share.js", { redcat: "block" }]] }),
  )
  expect(await look(cli)).toMatchObject({
    plugin: { state: "wrong", says: expect.stringContaining("no such file") },
  })
  await writeFile(
    join(cwd, "opencode.json"),
    JSON.stringify({ plugin: [["better-share", { redcat: "block" }]] }),
  )
  expect(await look(cli)).toMatchObject({
    plugin: { state: "wrong", says: expect.stringContaining("redcat") },
  })
  await writeFile(join(cwd, "opencode.json"), "{")
  expect(await look(cli)).toMatchObject({
    "opencode.json": { state: "wrong", says: expect.stringContaining("line 1") },
  })
  expect((await cli(["doctor"])).code).toBe(1)
})

test("a challenge page before the API, a clock that is wrong and a server that is away are told apart", async () => {
  const { cli } = await createPlace()
  const challenge = createServer((_, answer) =>
    answer.writeHead(403, { "cf-mitigated": "challenge" }).end("<title>Just a moment…</title>"),
  )
  const url = await listen(challenge)
  onTestFinished(() => closeServer(challenge))
  expect(await look(cli, "-s", url)).toMatchObject({
    api: { state: "wrong", says: expect.stringContaining("challenge page") },
  })
  expect(await look(cli, "-s", `http://127.0.0.1:${await freePort()}`)).toMatchObject({
    server: { state: "wrong", says: expect.stringContaining("ECONNREFUSED") },
  })
  const { cwd, env } = await createPlace()
  const late = createCli({ cwd, env }, { now: () => Date.now() - 300_000 })
  expect(await look(late)).toMatchObject({
    clock: { state: "wrong", says: expect.stringMatching(/(299|300|301) seconds behind/) },
  })
})

test("a server that takes everybody for its proxy is found out", async () => {
  const place = await createPlace()
  const token = await place.world.trust.admin.rotate({ actor: "system" })
  // As it would be asked by its public name, through a proxy that it does not know.
  const fetch: typeof globalThis.fetch = (input, init) =>
    globalThis.fetch(String(input).replace("http://share.example.com", place.world.url), init)
  const cli = createCli({ cwd: place.cwd, env: { ...place.env, BETTER_SHARE_ADMIN_TOKEN: token } }, { fetch })
  // From its own machine that cannot be told.
  expect(await look(cli)).toMatchObject({ proxy: { state: "skipped" } })
  expect(await look(cli, "-s", "http://share.example.com")).toMatchObject({
    proxy: { state: "wrong", mend: expect.stringContaining("TRUSTED_PROXIES") },
    tls: { state: "note" },
  })
})

test("where the server runs, settings, database, bucket and uploads are tried, and nothing is left there", async () => {
  const { cwd, env } = await createPlace()
  const { s3, settings } = await elsewhere()
  const at = (more: Record<string, string> = {}) => createCli({ cwd, env: { ...env, ...settings, ...more } })
  // Not migrated yet, and nothing does that on the way.
  expect(await look(at(), "--here")).toMatchObject({
    database: { state: "wrong", says: expect.stringContaining("migrate") },
  })
  expect((await at()(["migrate", "--json"])).code).toBe(0)
  expect(await look(at(), "--here")).toMatchObject({
    settings: { state: "well" },
    database: { state: "well" },
    bucket: { state: "well" },
    uploads: { state: "well" },
    clock: { state: "well" },
  })
  expect(s3.keys()).toEqual([])
  expect(await look(at({ S3_BUCKET: "another" }), "--here")).toMatchObject({
    bucket: { state: "wrong", says: expect.stringContaining("S3_BUCKET") },
  })
  expect(await look(at({ S3_PUBLIC_ENDPOINT: "http://127.0.0.1:9" }), "--here")).toMatchObject({
    uploads: { state: "wrong", says: expect.stringContaining("S3_PUBLIC_ENDPOINT") },
  })
  expect(await look(at({ PORT: "high" }), "--here")).toMatchObject({
    settings: { state: "wrong", says: expect.stringContaining("PORT") },
  })
}, 60_000)
