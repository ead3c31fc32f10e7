import { afterEach, expect, test } from "vitest"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { createServerProcess, type ServerProcess } from "../server-process.ts"

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
  expect(server.output()).toMatch(/\u001b\[3\dm/)
  const plain = server.output().replace(/\u001b\[\d+m/g, "")
  expect(plain.split("\n").length).toBeLessThan(10)
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

test("[C3] a public start without tokens is refused with a sentence; all faults come at once", async () => {
  const server = await processWith({ HOST: "0.0.0.0", PORT: "no", CREATE_TOKENS: "" })
  expect(await server.startExpectingFailure()).toBe(1)
  expect(server.output()).toContain("PORT: must be a number from 0 to 65535")
  expect(server.output()).toContain("set at least one token for those who may create shares")
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
