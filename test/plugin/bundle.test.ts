import { execFile } from "node:child_process"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterAll, beforeAll, expect, test } from "vitest"
import { buildPlugin } from "../../build/build.mjs"
import { provideBun } from "../provision/runtimes.ts"
import { createWorld, type World } from "../world.ts"

let folder: string
let inputs: Record<string, { bytesInOutput: number }>
let imports: string[]
let source: string
let world: World

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "better-share-bundle-"))
  const { outputs } = await buildPlugin(folder)
  const output = Object.values(outputs).find(({ entryPoint }) => entryPoint !== undefined)
  inputs = output?.inputs ?? {}
  imports = (output?.imports ?? []).map(({ path }) => path)
  source = await readFile(join(folder, "index.js"), "utf8")
  world = await createWorld()
})
afterAll(async () => {
  await world.close()
  await rm(folder, { recursive: true, force: true })
})

test("under 150 KB apart from the secret rules, with nothing to install and nothing of the server in it", () => {
  const isRule = (path: string) => path.includes("@secretlint/") || path.startsWith("src/redaction/")
  const rest = Object.entries(inputs).filter(([path]) => !isRule(path))
  const bytes = rest.reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0)
  expect(bytes).toBeGreaterThan(50_000)
  expect(bytes).toBeLessThan(150 * 1024)
  expect(imports.filter((path) => !path.startsWith("node:"))).toEqual([])
  const rooms = new Set(Object.keys(inputs).map((path) => path.split("/").slice(0, 2).join("/")))
  for (const room of ["src/shares", "src/storage", "src/api", "src/host", "src/viewer"])
    expect(rooms.has(room), room).toBe(false)
})

test("its folder can be published as it is", async () => {
  const manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8"))
  expect(manifest).toMatchObject({ name: "better-share", main: "index.js", type: "module", license: "MIT" })
  expect(manifest).not.toHaveProperty("dependencies")
})

test("exactly one export, a function, also in Bun, and nothing is done by loading it", async () => {
  const file = join(folder, "look.mjs")
  await writeFile(
    file,
    `import * as plugin from "./index.js"; console.log(JSON.stringify(Object.entries(plugin).map(([name, value]) => [name, typeof value])))`,
  )
  for (const runtime of [process.execPath, await provideBun()]) {
    const { stdout, stderr } = await promisify(execFile)(runtime, [file])
    expect(JSON.parse(stdout)).toEqual([["default", "function"]])
    expect(stderr).toBe("")
  }
})

test("GET /plugin.js is the bundle with this server's address in it, and 304 when it is known", async () => {
  const response = await fetch(`${world.url}/plugin.js`)
  expect(response.status).toBe(200)
  expect(response.headers.get("content-type")).toBe("text/javascript; charset=utf-8")
  const text = await response.text()
  expect(source).toContain("{{BETTER_SHARE_SERVER_URL}}")
  expect(text).toBe(source.replaceAll("{{BETTER_SHARE_SERVER_URL}}", world.url))
  const etag = response.headers.get("etag") ?? ""
  expect((await fetch(`${world.url}/plugin.js`, { headers: { "if-none-match": etag } })).status).toBe(304)
  const other = await createWorld({ baseUrl: "https://share.example.com" })
  try {
    const named = await fetch(`${other.url}/plugin.js`)
    expect(await named.text()).toContain('"https://share.example.com"')
    expect(named.headers.get("etag")).not.toBe(etag)
  } finally {
    await other.close()
  }
})
