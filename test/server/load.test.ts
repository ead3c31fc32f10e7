import { spawn } from "node:child_process"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import type { LoadFigures } from "../../bench/load/figures.ts"
import { root } from "../../build/build.mjs"
import { databaseFile } from "../../src/host/data-dir.ts"
import { openSqliteStore } from "../../src/storage/meta/sqlite.ts"
import { createServerProcess, type ServerProcess } from "../server-process.ts"
import { waitFor } from "../wait.ts"

// bench/load.ts, a few seconds of it: what it measures is not looked at here, but that it plays, counts and tells.

let server: ServerProcess
beforeAll(async () => {
  server = await createServerProcess({ LIMIT_STREAMS_PER_ADDRESS: "5" })
  await server.start()
})
afterAll(async () => {
  await server?.dispose()
})

test("a load is played to its end, counted, and taken away again", async () => {
  const small = ["--sessions", "3", "--viewers", "5", "--minutes", "0.06", "--history", "3"]
  const { code, out } = await load(["--url", server.url, ...small, "--door", "mixed", "--json"])
  const figures: LoadFigures = JSON.parse(out)
  expect(figures).toMatchObject({ sessions: 3, following: 5, refused: {} })
  expect(figures.beginning.syncs).toBe(3)
  expect([figures.opening?.pages, figures.joining?.pages]).toEqual([3, 2])
  const { playing, costs } = figures
  expect(playing.changes).toBeGreaterThan(0)
  // A share has a viewer or two, and a change comes to each of them.
  expect(playing.events).toBeGreaterThanOrEqual(playing.changes)
  expect(playing.sync.p50).toBeGreaterThan(0)
  expect(playing.delay?.p50).toBeGreaterThan(0)
  expect(playing.server?.cpuSeconds).toBeGreaterThan(0)
  expect(costs.sync).toBeGreaterThan(0)
  expect(code).toBe(0)
  const meta = await openSqliteStore({ file: databaseFile(server.dataDir), migrate: false })
  const left = await meta.vitals.countShares()
  await meta.close()
  // Two of one door, one of the other.
  expect(left.map(({ state, shares }) => `${state} ${shares}`).sort()).toEqual(["revoked 1", "revoked 2"])
}, 60_000)

test("it says what to set when a limit held it back", async () => {
  const small = ["--sessions", "1", "--viewers", "7", "--minutes", "0.02", "--history", "1"]
  const { code, out, err } = await load(["--url", server.url, ...small])
  expect(out).toContain("not taken: stream 429, 2 times")
  expect(err).toContain("LIMIT_STREAMS_PER_ADDRESS=0")
  expect(code).toBe(1)
}, 60_000)

test("another machine is not played against by accident", async () => {
  const { code, err } = await load(["--url", "https://share.example.com"])
  expect(err).toContain("--yes-this-is-mine")
  expect(code).toBe(2)
})

async function load(args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, ["--import", "tsx", join(root, "bench/load.ts"), ...args], {
    cwd: root,
  })
  let [out, err] = ["", ""]
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk
  })
  child.stderr.on("data", (chunk: Buffer) => {
    err += chunk
  })
  try {
    const hasEnded = () => child.exitCode !== null || child.signalCode !== null
    await waitFor("the load to end", hasEnded, { timeout: 50_000, details: () => out + err })
  } finally {
    child.kill()
  }
  return { code: child.exitCode, out, err }
}
