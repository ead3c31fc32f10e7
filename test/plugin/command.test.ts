import { execFile } from "node:child_process"
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest"
import { createKeyring, type KeyringEntry } from "../../src/plugin/shares/keyring.ts"
import { openOwnerKey } from "../../src/plugin/shares/owner-key.ts"
import type { HolderBody, OwnedSharesAnswer } from "../../src/protocol/routes.ts"
import { createDirectClient } from "../direct-client.ts"
import { closeServer, listen, readJson } from "../loopback.ts"
import { provideBun } from "../provision/runtimes.ts"
import { waitFor } from "../wait.ts"
import { builtPlugin, createWorld, type World, type WorldOptions } from "../world.ts"
import { createDeskWorld } from "./desk-world.ts"

let world: World
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())

/** The file as it lies in a project, and a machine to run it on. */
async function place(server: World | undefined) {
  const project = await mkdtemp(join(tmpdir(), "better-share-command-"))
  onTestFinished(() => rm(project, { recursive: true, force: true }))
  const file = join(project, ".opencode/plugin/better-share.js")
  await mkdir(join(file, ".."), { recursive: true })
  const source = server ? await (await fetch(`${server.url}/plugin.js`)).text() : await builtPlugin()
  await writeFile(file, source)
  const scene = await createDeskWorld(server?.url ?? "http://127.0.0.1:1")
  const env = { BETTER_SHARE_DIR: scene.folder }

  interface Run {
    env?: Record<string, string>
    runtime?: string
    file?: string
  }
  function run(args: readonly string[], { runtime = process.execPath, ...other }: Run = {}) {
    return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
      const options = { env: { ...env, ...other.env }, cwd: project, timeout: 20_000 }
      execFile(runtime, [other.file ?? file, ...args], options, (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr }),
      )
    })
  }
  return { ...scene, project, file, run }
}

/** A server that answers as it is told, and remembers what it was asked. */
async function startStub(status: number, answer: string, type = "application/json") {
  const asked: { path: string | undefined; body: HolderBody }[] = []
  const server = createServer(async (request, response) => {
    asked.push({ path: request.url, body: (await readJson(request)) as HolderBody })
    response.writeHead(status, { "content-type": type }).end(answer)
  })
  const url = await listen(server)
  onTestFinished(() => closeServer(server))
  return { url, asked }
}

const entryOf = (server: string, at: number, other: Partial<KeyringEntry> = {}): KeyringEntry => ({
  v: 1,
  shareID: `share-number-${at}`,
  server,
  sessionID: `ses_${at}`,
  url: `${server}/share/share-number-${at}`,
  secret: `s${at}`.padEnd(32, "x"),
  deleteSecret: `d${at}`,
  directory: "/work",
  createdAt: at,
  state: "active",
  ...other,
})

/** Presses the page's button, as its owner does, and looks at what opens. */
async function enter(url: string) {
  const code = new URL(url).searchParams.get("code") ?? ""
  const pressed = await fetch(new URL("/enter", url), {
    method: "POST",
    redirect: "manual",
    headers: { origin: new URL(url).origin },
    body: new URLSearchParams({ code }),
  })
  const cookie = pressed.headers.getSetCookie().map((text) => text.split(";")[0])
  const page = await fetch(new URL("/shares", url), { headers: { cookie: cookie.join("; ") } })
  return { status: pressed.status, html: await page.text() }
}

test.each(["Node", "Bun"])(
  "[J2] in %s it prints a link that opens the page of what was shared here, once",
  async (name) => {
    const { sessions, start, run } = await place(world)
    sessions.session({ id: "ses_1", title: "Mine to change" })
    await start().create("ses_1")
    const { code, stdout, stderr } = await run(
      ["shares"],
      name === "Bun" ? { runtime: await provideBun() } : {},
    )
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    const [link = "", sentence, ...rest] = stdout.split("\n")
    expect(sentence).toMatch(/once, within ten minutes\.$/)
    expect(rest).toEqual([""])
    const opened = await enter(link)
    expect(opened.status).toBe(303)
    expect(opened.html).toMatch(/ses_1|Mine to change/)
    expect((await enter(link)).status).toBe(403)
  },
)

test("a link to the file is as good as the file", async () => {
  const { project, file, run } = await place(world)
  await symlink(file, join(project, "plugin.js"))
  expect((await run(["--help"], { file: join(project, "plugin.js") })).stdout).toContain("Usage:")
})

test("[J1] --list has all pages of it, encrypted links with their keys, and what was shared without the owner key", async () => {
  const { folder, sessions, start, run } = await place(world)
  sessions.session({ id: "ses_1", title: "Line one\nand\u001b[31mtwo\u009b" })
  const plain = await start({ settings: { visibility: "public", expires: "2030-12-31" } }).create("ses_1")
  await waitFor("the title", async () =>
    (await (await fetch(`${world.url}/api/share/${plain.id}/metadata`)).text()).includes("Line one"),
  )
  sessions.session({ id: "ses_2", title: "Not for the server" })
  const sealed = await start({ settings: { encrypt: true } }).create("ses_2")
  const client = createDirectClient(world.url)
  const unsigned = (await client.reserve({ sessionId: "ses_3", tickets: [] })).body
  const { shareId: shareID, url, secret, deleteSecret } = unsigned
  const entry = entryOf(world.url, Date.now(), { shareID, url, secret, deleteSecret, sessionID: "ses_3" })
  await createKeyring(join(folder, "keyring")).put(entry)
  const owner = await openOwnerKey(join(folder, "owner.json"), Date.now)
  expect((await createKeyring(join(folder, "keyring")).find(plain.id))?.owner).toBe(owner.key)
  for (let at = 1; at <= 50; at++) {
    const sessionId = `ses_more${at}`
    const proof = owner.prove({ action: "create", baseUrl: world.url, sessionID: sessionId })
    await client.reserve({ sessionId, tickets: [], owner: proof })
  }

  const { code, stdout, stderr } = await run(["shares", "--list"])
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
  const blocks = stdout.split("\n\n").map((block) => block.trimEnd())
  expect(blocks).toHaveLength(53)
  expect(blocks[52]).toBe(
    `Line one and [31mtwo\n  ${plain.url}\n  public, 0 views, until 2031-01-01 00:00 UTC`,
  )
  expect(sealed.url).toContain("#k=")
  expect(blocks[51]).toBe(`Session ses_2\n  ${sealed.url}\n  unlisted, 0 views, does not expire`)
  expect(blocks[50]).toContain(url)

  const json = await run(["shares", "--list", "--json"])
  expect(json.stdout).not.toMatch(/[\u007f-\u009f]/)
  const shares = JSON.parse(json.stdout) as OwnedSharesAnswer["shares"]
  expect(shares.map((share) => share.url)).toEqual(blocks.map((block) => block.split("\n")[1]?.trim()))
  expect(shares[52]).toMatchObject({
    id: plain.id,
    title: "Line one\nand\u001b[31mtwo\u009b",
    visibility: "public",
  })
})

test("an owner who shares nothing any more has an empty list", async () => {
  const { folder, run } = await place(world)
  await openOwnerKey(join(folder, "owner.json"), Date.now)
  expect(await run(["shares", "--list"])).toMatchObject({
    code: 0,
    stdout: `You share nothing on ${world.url}.\n`,
  })
  expect(await run(["shares", "--list", "--json"])).toMatchObject({ code: 0, stdout: "[]\n" })
})

test("[W3] a locked server lets its owners in to their list without the password", async () => {
  const token = "a-token-of-the-team"
  const locked = await startOther({
    lock: { username: "team", password: "an open sesame" },
    createTokens: [token],
  })
  const scene = await place(undefined)
  const elsewhere = await createDeskWorld(locked.url)
  elsewhere.sessions.session({ id: "ses_1", title: "Behind the lock" })
  await elsewhere.start({ settings: { token } }).create("ses_1")
  const env = { BETTER_SHARE_DIR: elsewhere.folder, BETTER_SHARE_BASE_URL: `${locked.url}/t/${token}` }
  const { code, stdout } = await scene.run(["shares", "--list", "--json"], { env })
  expect({ code, shares: JSON.parse(stdout) }).toMatchObject({ code: 0, shares: [{ sessionID: "ses_1" }] })
})

async function startOther(options: WorldOptions): Promise<World> {
  const locked = await createWorld(options)
  onTestFinished(() => locked.close())
  return locked
}

test("[O2] by an address that is not the server's own it shares without the owner key, and is told which one to use", async () => {
  const other = await startOther({ baseUrl: "https://share.example.com", createTokens: ["the-token"] })
  const { folder, sessions, start, run } = await place(undefined)
  sessions.session({ id: "ses_1" })
  const { id } = await start({ settings: { url: other.url, token: "the-token" } }).create("ses_1")
  expect(await createKeyring(join(folder, "keyring")).find(id)).not.toHaveProperty("owner")
  const { code, stderr } = await run(["shares", "--server", other.url])
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringContaining("for https://share.example.com."),
  })
})

test("it shows the secrets that the owner key does not stand for, to their own server, at most 500, the newest first", async () => {
  const stub = await startStub(200, JSON.stringify({ url: "http://127.0.0.1/enter?code=\u001b[2Jx" }))
  const { folder, run } = await place(undefined)
  const keyring = createKeyring(join(folder, "keyring"))
  const owner = await openOwnerKey(join(folder, "owner.json"), Date.now)
  for (let at = 1; at <= 502; at++) await keyring.put(entryOf(stub.url, at))
  await keyring.put(entryOf(stub.url, 900, { owner: owner.key }))
  await keyring.put(entryOf(stub.url, 901, { owner: "the key of before" }))
  await keyring.put(entryOf(stub.url, 902, { state: "removed" }))
  await keyring.put(entryOf("http://127.0.0.1:2", 903))
  const { code, stdout } = await run(["shares", "--server", `${stub.url}/`])
  expect(code).toBe(0)
  expect(stdout.split("\n")[0]).toBe("http://127.0.0.1/enter?code= [2Jx")
  const [{ path, body } = { path: "", body: {} }] = stub.asked
  expect(path).toBe("/api/owner/entry")
  expect(body.owner?.key).toBe(owner.key)
  expect(body.shares).toHaveLength(500)
  expect(body.shares?.slice(0, 3).map(({ id }) => id)).toEqual([
    "share-number-901",
    "share-number-502",
    "share-number-501",
  ])
  expect(body.shares?.[1]?.secret).toBe(entryOf("", 502).secret)
})

test.each([
  [401, "application/json", '{"error":{"code":"unauthorized","message":"no"}}', /is locked, .*\/shares/],
  [401, "text/html", "<h1>Sign in</h1>", /answered 401 with something that is not Better Share's API/],
  [
    404,
    "application/json",
    '{"error":{"code":"not_found","message":"no"}}',
    /no share that this machine holds/,
  ],
  [429, "application/json", '{"error":{"code":"rate_limited","message":"Too\\nmuch."}}', /^Too much\.\n$/],
])("an answer of %i in %s is told in one line, and fails", async (status, type, answer, words) => {
  const stub = await startStub(status, answer, type)
  const { folder, run } = await place(undefined)
  await createKeyring(join(folder, "keyring")).put(entryOf(stub.url, 1))
  const { code, stdout, stderr } = await run(["shares", "--server", stub.url])
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" })
  expect(stderr).toMatch(words)
  expect(stderr.trimEnd().split("\n")).toHaveLength(1)
})

test("a server that is not there is told apart from one that is locked", async () => {
  const { folder, run } = await place(undefined)
  await createKeyring(join(folder, "keyring")).put(entryOf("http://127.0.0.1:1", 1))
  const { code, stdout, stderr } = await run(["shares", "--server", "http://127.0.0.1:1"])
  expect({ code, stdout, stderr }).toEqual({
    code: 1,
    stdout: "",
    stderr: "http://127.0.0.1:1 does not answer.\n",
  })
})

test("where nothing was shared it says so, asks nobody and makes no key", async () => {
  const { folder, run } = await place(world)
  expect(await run(["shares"])).toEqual({
    code: 1,
    stdout: "",
    stderr: `This machine has shared nothing to ${world.url} yet.\n`,
  })
  expect(await readdir(folder)).toEqual([])
})

test("a damaged owner key is said", async () => {
  const { folder, run } = await place(world)
  await writeFile(join(folder, "owner.json"), "{}")
  const { code, stderr } = await run(["shares"])
  expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining("is no owner key") })
})

test.each([
  [[], /^It needs a command: shares\./],
  [["share"], /^There is no command "share", only shares\./],
  [["shares", "ses_1"], /^There is nothing more to say/],
  [["shares", "--json"], /^--json goes with --list\./],
  [["shares", "--lst"], /^Unknown option '--lst'\./],
  [["shares", "--server"], /--server/],
  [["shares", "--server", "share.example.com"], /^--server: "share\.example\.com" is no URL/],
  [["shares"], /^No server is set/],
])("%j is wrong usage", async (args, words) => {
  const { run } = await place(undefined)
  const { code, stdout, stderr } = await run(args)
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
  expect(stderr).toMatch(words)
  expect(stderr.trimEnd().split("\n")).toHaveLength(1)
})

test("--help says how it is used", async () => {
  const { run } = await place(undefined)
  for (const args of [["--help"], ["shares", "-h"]]) {
    const { code, stdout, stderr } = await run(args)
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    expect(stdout).toContain("shares [--list [--json]] [--server <url>]")
  }
})
