import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { expect, test } from "vitest"
import { filesBelow } from "../world.ts"
import { createPlace, exported } from "./place.ts"

/** Put together here so that no scanner takes this file for a leak. */
const TOKEN = ["gh", "p_x9Q2mT7vK4bR8wY1cZ6nL3pS5dF0gH7jA2eU"].join("")

const told = (url: string) => fetch(`${url}.txt`).then((answer) => answer.text())

test("an export is shared from standard input, redacted here; shared again, it is brought up to date", async () => {
  const { cli, world } = await createPlace()
  const first = await cli(["share", "-"], JSON.stringify(exported("ses_one", ["Hello", `Here: ${TOKEN}`])))
  expect(first).toMatchObject({ code: 0, stderr: expect.stringMatching(/redacted|github/i) })
  const url = first.stdout.trim()
  expect(url).toMatch(new RegExp(`^${world.url}/share/[A-Za-z0-9]{22}$`))
  expect(await told(url)).toContain("Hello")
  const stored = await Promise.all((await filesBelow(world.dataDir)).map((file) => readFile(file, "latin1")))
  expect(await told(url)).not.toContain(TOKEN)
  expect(stored.some((text) => text.includes(TOKEN))).toBe(false)

  const again = await cli(
    ["share", "-", "--json"],
    JSON.stringify(exported("ses_one", ["Hello", "Another end"])),
  )
  expect(JSON.parse(again.stdout)).toMatchObject({ sessionID: "ses_one", url })
  expect(await told(url)).toContain("Another end")
})

test("a dry run sends nothing, and shows what would leave and what was redacted", async () => {
  const { cli, world, cwd } = await createPlace()
  const path = join(cwd, "session.json")
  await writeFile(path, JSON.stringify(exported("ses_one", ["Hello", `Here: ${TOKEN}`])))
  const { code, stdout } = await cli(["share", path, "--dry-run", "--json"])
  expect(code).toBe(0)
  const { dryRun } = JSON.parse(stdout)
  expect(dryRun).toMatchObject({ items: 5, redacted: [{ kind: expect.stringContaining("github") }] })
  const file = await readFile(dryRun.file, "utf8")
  expect(file).toContain("Hello")
  expect(file).not.toContain(TOKEN)
  expect(Buffer.byteLength(file)).toBe(dryRun.bytes)
  expect(await world.storedFiles()).toEqual([])
  expect((await cli(["list", "--json"])).stdout).toBe("[]\n")
  expect((await cli(["share", path, "--redact", "block"])).code).toBe(1)
  expect(await world.storedFiles()).toEqual([])
})

test("what is asked for on the command line holds for a share that is there already, or is refused", async () => {
  const { cli } = await createPlace()
  const session = JSON.stringify(exported("ses_one", ["Hello"]))
  const { url } = JSON.parse((await cli(["share", "-", "--json"], session)).stdout)
  expect((await fetch(url)).status).toBe(200)
  expect((await cli(["share", "-", "--visibility", "private"], session)).code).toBe(0)
  expect((await fetch(url)).status).not.toBe(200)
  const encrypted = await cli(["share", "-", "--encrypt"], session)
  expect(encrypted).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("not encrypted") })
})

test("a server that goes away in the middle loses nothing: the same command sends the rest", async () => {
  const { cli, world } = await createPlace()
  const one = JSON.stringify(exported("ses_one", ["Hello"]))
  const { url } = JSON.parse((await cli(["share", "-", "--json"], one)).stdout)
  await world.stop()
  const away = await cli(
    ["share", "-", "--json"],
    JSON.stringify(exported("ses_one", ["Hello", "While it was away"])),
  )
  expect(away.code).toBe(1)
  expect(JSON.parse(away.stdout)).toMatchObject({ url, waiting: 1, error: { code: "unfinished" } })
  expect((await cli(["share", "-"], JSON.stringify(exported("ses_new", ["Hello"])))).code).toBe(1)
  await world.start()
  expect(
    (await cli(["share", "-"], JSON.stringify(exported("ses_one", ["Hello", "While it was away"])))).code,
  ).toBe(0)
  expect(await told(url)).toContain("While it was away")
  expect(JSON.parse((await cli(["list", "--json"])).stdout)).toHaveLength(1)
}, 60_000)
