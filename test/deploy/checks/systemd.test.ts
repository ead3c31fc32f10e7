import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest"
import { root } from "../../../build/build.mjs"
import { itemsOf } from "../../items.ts"
import { createNativeClient } from "../../native-client.ts"
import { runCommand } from "../../provision/command.ts"
import { provideProgram } from "../../provision/program.ts"
import { waitFor } from "../../wait.ts"
import { createLaidOut, type LaidOut } from "../laid-out.ts"

const UNIT = join(root, "deploy/systemd/better-share.service")
let laidOut: LaidOut

beforeAll(async () => {
  laidOut = await createLaidOut()
})
afterAll(() => laidOut.dispose())

async function analyze(...args: string[]): Promise<string> {
  const { ok, output } = await runCommand("systemd-analyze", args, { timeout: 30_000 })
  if (!ok) throw new Error(output)
  return output
}

async function settings(name: string): Promise<string[]> {
  const text = await readFile(UNIT, "utf8")
  return [...text.matchAll(new RegExp(`^${name}=(.*)$`, "gm"))].map(([, value = ""]) => value)
}

/** A group's system calls, those of the groups in it as well. */
async function callsIn(group: string): Promise<string[]> {
  const lines = (await analyze("syscall-filter", group)).split("\n").map((line) => line.trim())
  const names = lines.filter((line) => line !== "" && line !== group && !line.startsWith("#"))
  const calls = await Promise.all(names.map((name) => (name.startsWith("@") ? callsIn(name) : [name])))
  return calls.flat()
}

/** The calls that the unit's filter lets through: everything else is refused, also what systemd does not know yet. */
async function allowedCalls(): Promise<string[]> {
  const allowed = new Set<string>()
  for (const line of await settings("SystemCallFilter")) {
    const calls = (await Promise.all(line.replace(/^~/, "").split(" ").map(callsIn))).flat()
    for (const call of calls) line.startsWith("~") ? allowed.delete(call) : allowed.add(call)
  }
  return [...allowed]
}

test("systemd understands every line of the unit, and finds it well locked up", async () => {
  expect((await analyze("verify", UNIT)).trim()).toBe("")
  const verdict = await analyze("security", "--offline=true", UNIT)
  const [, exposure] = /Overall exposure level for \S+: ([\d.]+)/.exec(verdict) ?? []
  // 10 is a unit that says nothing.
  expect(Number(exposure)).toBeLessThan(2)
})

test("the server does without the system calls that the unit refuses: it starts, draws, and stops", async () => {
  await provideProgram("strace")
  const allowed = await allowedCalls()
  expect([allowed.includes("openat"), allowed.includes("reboot")]).toEqual([true, false])
  const [errno] = await settings("SystemCallErrorNumber")
  const folder = await mkdtemp(join(tmpdir(), "better-share-trace-"))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await chmod(folder, 0o777)
  const trace = join(folder, "trace")
  await writeFile(trace, "")
  await chmod(trace, 0o666)
  // A question mark: not every architecture has each.
  const others = `!${allowed.map((call) => `?${call}`).join(",")}`
  // The tracer beside and not above (-D), so that signals reach the server.
  const options = ["-D", "-f", "-qq", "-o", trace, `--trace=${others}`, `--inject=${others}:error=${errno}`]
  const filter = ["strace", ...options]
  const [path = "", ...args] = [...filter, "chroot", "/", "true"]
  await runCommand(path, args, { timeout: 10_000 })
  // That the filter filters.
  const filtered = async () => /^\d+ +chroot\(.*INJECTED/m.test(await readFile(trace, "utf8"))
  await waitFor("the refusal", filtered)

  const server = await laidOut.server({}, { under: filter })
  try {
    await server.start()
    const client = createNativeClient(server.url)
    const { id, secret } = (await client.create("ses_1")).body
    const { session, user } = itemsOf("ses_1")
    expect((await client.sync(id, secret, [session(), user("msg_1")])).status).toBe(200)
    expect((await fetch(`${server.url}/share/${id}`)).status).toBe(200)
    expect((await fetch(`${server.url}/share/${id}/card.png`)).status).toBe(200)
    expect((await client.remove(id, secret)).status).toBe(200)
    await server.kill("SIGTERM")
  } finally {
    await server.dispose()
  }
})
