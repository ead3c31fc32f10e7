import { readdir, stat } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { createLaidOut, type LaidOut } from "./laid-out.ts"

const MiB = 1024 * 1024
let laidOut: LaidOut

beforeAll(async () => {
  laidOut = await createLaidOut()
})
afterAll(() => laidOut.dispose())

async function sizeOf(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true })
  const sizes = await Promise.all(names.map(async (name) => await stat(join(folder, name))))
  return sizes.filter((entry) => entry.isFile()).reduce((sum, { size }) => sum + size, 0)
}

test("what is laid out is the build and the few packages that it leaves out, for one C library", async () => {
  expect((await readdir(laidOut.folder)).sort()).toEqual([
    "LICENSE",
    "better-share.mjs",
    "dist",
    "node",
    "node_modules",
    "package.json",
  ])
  const packages = (await readdir(join(laidOut.folder, "node_modules"))).sort()
  expect(packages).toEqual(["@libsql", "@neon-rs", "@resvg", "detect-libc", "libsql"])
  expect(await readdir(join(laidOut.folder, "node_modules/@libsql"))).toHaveLength(1)
  // The image's base comes to 30 MB (docs/deploy/docker.md); all together is to stay under 200.
  expect(await sizeOf(laidOut.folder)).toBeLessThan(160 * MiB)
})

test("it serves as another user, who may write nothing but the data", async () => {
  const server = await laidOut.server({ SAMPLE: "on" })
  try {
    await server.start()
    const client = createNativeClient(server.url)
    const { body } = await client.create("ses_1")
    const items = itemsOf("ses_1")
    expect((await client.sync(body.id, body.secret, [items.session(), items.user("m")])).status).toBe(200)
    const page = await fetch(`${server.url}/share/${body.id}`)
    expect([page.status, (await page.text()).length > 1000]).toEqual([200, true])
    // Drawn on a thread that starts from a file of its own.
    const picture = await fetch(`${server.url}/share/${body.id}/card.png`)
    expect([picture.status, picture.headers.get("content-type")]).toEqual([200, "image/png"])
    expect((await fetch(`${server.url}/plugin.js`)).status).toBe(200)
    expect((await client.data(body.id)).body).toHaveLength(2)
    await server.kill("SIGTERM")
  } finally {
    await server.dispose()
  }
})
