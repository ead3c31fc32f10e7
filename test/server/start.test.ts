import { once } from "node:events"
import { request } from "node:http"
import { connect } from "node:net"
import { afterEach, expect, test } from "vitest"
import { rotateAdminToken } from "../../src/host/admin-token.ts"
import { readConfig } from "../../src/host/config.ts"
import { readEvents } from "../event-source.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { createServerProcess, type ServerProcess } from "../server-process.ts"
import { waitFor } from "../wait.ts"

let server: ServerProcess | undefined
afterEach(async () => {
  await server?.dispose()
  server = undefined
})

async function processWith(env: Record<string, string> = {}): Promise<ServerProcess> {
  server = await createServerProcess(env)
  return server
}

test("a start says in under ten lines where it listens, how to connect, and what to look at", async () => {
  const server = await processWith({ SAMPLE: "on", FORCE_COLOR: "1" })
  await server.start()
  await waitFor("all that it says", () => server.output().includes("The admin token"))
  expect(server.output()).toMatch(/\u001b\[3\dm/)
  const plain = server.output().replace(/\u001b\[\d+m/g, "")
  // What is behind it is said at the first start only.
  expect(plain.split("The admin token")[0]?.split("\n").length).toBeLessThan(10)
  expect(plain).toContain(`  ${server.url}\n`)
  expect(plain).toContain(`"enterprise": { "url": "${server.url}" }`)
  const sample = /http\S+\/share\/\S+/.exec(plain)?.[0] ?? "no link"
  const page = await (await fetch(sample)).text()
  expect(page.length).toBeGreaterThan(10_000)
  const home = await (await fetch(server.url)).text()
  expect(home).toContain(sample)
})

test("it stays under 150 MB", async () => {
  const server = await processWith({ SAMPLE: "on" })
  await server.start()
  expect(server.peakMemory()).toBeLessThan(150 * 1024 * 1024)
})

for (const signal of ["SIGKILL", "SIGTERM"] as const) {
  test(`what was shared is there after ${signal} and another start`, async () => {
    const server = await processWith()
    const client = createNativeClient(server.url)
    await server.start()
    const { body } = await client.create("ses_1")
    await client.sync(body.id, body.secret, [itemsOf("ses_1").session()])
    await server.kill(signal)
    await server.start()
    expect((await client.data(body.id)).body).toEqual([itemsOf("ses_1").session()])
    expect((await client.sync(body.id, body.secret, [itemsOf("ses_1").user("m")])).status).toBe(200)
  })
}

test("a stop lets a sync under way end well, takes no new ones, and ends the streams of watchers", async () => {
  const server = await processWith()
  const client = createNativeClient(server.url)
  await server.start()
  const { body } = await client.create("ses_1")
  await client.sync(body.id, body.secret, [itemsOf("ses_1").session()])
  const watcher = await readEvents(`${server.url}/api/share/${body.id}/events?revision=1`)
  const text = JSON.stringify({ secret: body.secret, data: [itemsOf("ses_1").user("m")] })
  const slow = request(`${server.url}/api/share/${body.id}/sync`, {
    method: "POST",
    headers: { "content-type": "application/json", "content-length": String(text.length) },
  })
  const answered = new Promise<number | undefined>((resolve, reject) => {
    slow.on("response", (response) => resolve(response.resume().statusCode))
    slow.on("error", reject)
  })
  slow.write(text.slice(0, 30))
  await once(slow, "socket")
  // An answer to a later request says that the earlier one has arrived.
  await waitFor("the first half to be sent", () => (slow.socket?.bytesWritten ?? 0) > 30)
  await client.data(body.id)

  const stopped = server.kill("SIGTERM")
  await waitFor("the watcher's stream to end", watcher.hasEnded)
  await expect(once(connect(Number(new URL(server.url).port), "127.0.0.1"), "connect")).rejects.toThrow(
    "ECONNREFUSED",
  )
  slow.end(text.slice(30))
  expect(await answered).toBe(200)
  await stopped
  await server.start()
  expect((await client.data(body.id)).body).toHaveLength(2)
})

test("[C3] a public start without its address is refused with a sentence; all faults come at once", async () => {
  const server = await processWith({ HOST: "0.0.0.0", PORT: "no", CREATE_TOKENS: "short" })
  expect(await server.startExpectingFailure()).toBe(1)
  expect(server.output()).toContain("PORT: must be a number from 0 to 65535")
  expect(server.output()).toContain("CREATE_TOKENS: each token must be 16 to 256 letters")
  expect(server.output()).toContain("BASE_URL: with HOST=0.0.0.0 set the address that people will use")
})

test("a data folder that cannot be one is refused with a sentence", async () => {
  const server = await processWith({ DATA_DIR: process.execPath })
  expect(await server.startExpectingFailure()).toBe(1)
  expect(server.output()).toContain(`DATA_DIR: cannot write to ${process.execPath} (EEXIST)`)
})

test("behind a proxy, a start says both where it is reached and where it listens", async () => {
  const server = await processWith({
    BASE_URL: "https://share.example.com",
    CREATE_TOKENS: "a-token-of-the-team",
  })
  await server.start()
  await waitFor("all that it says", () => server.output().includes("The admin token"))
  expect(server.output()).toMatch(/Better Share \S+ +https:\/\/share\.example\.com/)
  expect(server.output()).toMatch(new RegExp(`listening on +${server.url}`))
  expect(server.output()).toContain('"https://share.example.com/t/<token>"')
})

test("a data folder in use, and a port in use, are refused with a sentence", async () => {
  const first = await processWith()
  await first.start()
  const samePort = await createServerProcess({ PORT: new URL(first.url).port })
  expect(await samePort.startExpectingFailure()).toBe(1)
  expect(samePort.output()).toContain("The port is in use. Set PORT to another one")
  const sameFolder = await createServerProcess({ DATA_DIR: first.dataDir })
  expect(await sameFolder.startExpectingFailure()).toBe(1)
  expect(sameFolder.output()).toContain("Another Better Share is running on the data folder")
  await Promise.all([samePort.dispose(), sameFolder.dispose()])
})

test("[B1] the first start prints the admin token, and a command replaces it while the server runs", async () => {
  const server = await processWith()
  await server.start()
  await waitFor("the admin token", async () => server.output().includes("bsa_"))
  const [first = ""] = server.output().match(/bsa_\w{40}/) ?? []
  const ask = async (token: string) =>
    (await fetch(`${server.url}/api/admin/tokens`, { headers: { authorization: `Bearer ${token}` } })).status
  expect(await ask(first)).toBe(200)
  await server.kill("SIGTERM")
  await server.start()
  await waitFor("the first lines", async () => server.output().includes("then in OpenCode"))
  expect(server.output()).not.toContain("bsa_")
  expect(await ask(first)).toBe(200)
  const config = readConfig({ DATA_DIR: server.dataDir })
  const second = await rotateAdminToken(config)
  expect([await ask(first), await ask(second)]).toEqual([401, 200])
  const elsewhere = readConfig({ DATA_DIR: `${server.dataDir}/elsewhere` })
  await expect(rotateAdminToken(elsewhere)).rejects.toThrow("There is no database at")
})
