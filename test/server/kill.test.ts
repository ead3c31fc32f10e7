import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { afterAll, beforeAll, expect, test } from "vitest"
import { databaseFile } from "../../src/host/data-dir.ts"
import { createLog } from "../../src/host/log.ts"
import { createMachine } from "../../src/host/machine.ts"
import { SWEEP_EVERY_MS } from "../../src/shares/compact/sweep.ts"
import type { SegmentRow } from "../../src/shares/ports.ts"
import { createShares } from "../../src/shares/shares.ts"
import { openFileStore } from "../../src/storage/blobs/file.ts"
import { openSqliteStore } from "../../src/storage/meta/sqlite.ts"
import { createInProcessNotifier } from "../../src/storage/notifier/in-process.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { createServerProcess, type ServerProcess } from "../server-process.ts"
import { TEST_KEYS } from "../test-keys.ts"
import { waitFor } from "../wait.ts"
import { filesBelow } from "../world.ts"

/** `KILLS=200` for as many as the figures speak of. */
const KILLS = Number(process.env.KILLS ?? 80)
const WRITERS = 4
const OPEN_SHARES = 3

let server: ServerProcess
beforeAll(async () => {
  server = await createServerProcess({ LOG_LEVEL: "error" })
})
afterAll(() => server.dispose())

/** How the file store spells an id: capitals are marked, as some file systems fold case. */
function folderName(id: string): string {
  return id.replace(/[A-Z]/g, (letter) => `+${letter.toLowerCase()}`)
}

/** What is in the manifests and in the store once everything is swept that the kills have left. */
async function sweepHoursLater(
  dataDir: string,
  ids: readonly string[],
): Promise<{ segments: SegmentRow[]; stored: string[]; unknown: number | undefined }> {
  const meta = await openSqliteStore({ file: databaseFile(dataDir), migrate: false })
  const blobs = await openFileStore({ root: dataDir, baseUrl: "http://127.0.0.1" })
  const now = () => Date.now() + SWEEP_EVERY_MS
  const shares = createShares({
    meta,
    blobs,
    notifier: createInProcessNotifier(),
    machine: { ...createMachine(), now },
    log: createLog("silent"),
    keys: TEST_KEYS,
    maxShareBytes: 1,
  })
  await shares.upkeep()
  const swept = await shares.sweep()
  const stored: string[] = []
  for await (const { key } of blobs.list("")) stored.push(key)
  const segments = (await Promise.all(ids.map((id) => meta.segments(id)))).flat()
  await meta.close()
  return { segments, stored: stored.sort(), unknown: swept?.unknown }
}

/** A share under load: for each part the last version that was sent, and the last one that was acknowledged. */
interface Written {
  id: string
  secret: string
  sessionID: string
  sent: Map<string, number>
  acknowledged: Map<string, number>
  deleted: "no" | "asked" | "yes"
  /** Syncs until its session ends: enough for merges. Every other share is deleted then. */
  left: number
}

test(`[L3] [L9] ${KILLS} kill -9 under load lose no acknowledged item, leave every share readable, and nothing that is not swept`, async () => {
  const client = createNativeClient(server.url)
  const shares: Written[] = []
  let version = 0
  let acknowledgedSyncs = 0

  async function newShare(): Promise<Written> {
    const sessionID = `ses_${++version}`
    const { body } = await client.create(sessionID)
    const left = 10 + Math.floor(Math.random() * 40)
    const share: Written = {
      ...body,
      sessionID,
      sent: new Map(),
      acknowledged: new Map(),
      deleted: "no",
      left,
    }
    shares.push(share)
    return share
  }

  async function sync(share: Written, writer: number): Promise<void> {
    const { text } = itemsOf(share.sessionID)
    // Mostly small, now and then large enough to be written while it still arrives.
    const padding = "x".repeat(Math.random() < 0.03 ? 2_000_000 : Math.random() * 4_000)
    const batch = Array.from({ length: 1 + Math.floor(Math.random() * 5) }, () => ({
      // Of each part one writer tells: what two write at once has an order that neither knows.
      part: `prt_${writer}_${Math.floor(Math.random() * (40 / WRITERS))}`,
      version: ++version,
    }))
    for (const { part, version } of batch) share.sent.set(part, version)
    const items = batch.map(({ part, version }) => text("msg_1", part, `${version} ${padding}`))
    const { status } = await client.sync(share.id, share.secret, items)
    // Another writer may have deleted it meanwhile.
    if (status === 410 && share.deleted !== "no") return
    if (status !== 200) throw new Error(`a sync was answered ${status}`)
    acknowledgedSyncs++
    for (const { part, version } of batch) share.acknowledged.set(part, version)
  }

  async function remove(share: Written): Promise<void> {
    share.deleted = "asked"
    const { status } = await client.remove(share.id, share.secret)
    if (status !== 200) throw new Error(`a deletion was answered ${status}`)
    share.deleted = "yes"
  }

  /** Writes until the server is gone; any other failure is one. */
  async function write(isKilled: () => boolean, writer: number): Promise<void> {
    try {
      for (;;) {
        // One whose deletion was cut off is asked for again, as OpenCode's user would.
        const asked = shares.find(({ deleted }) => deleted === "asked")
        if (asked) await remove(asked)
        const open = shares.filter(({ left }) => left > 0)
        const share = open[Math.floor(Math.random() * OPEN_SHARES)] ?? (await newShare())
        await sync(share, writer)
        if (--share.left === 0 && shares.indexOf(share) % 2 === 0) await remove(share)
      }
    } catch (error) {
      if (!isKilled()) throw error
    }
  }

  async function check(share: Written): Promise<void> {
    const { status, body } = await client.data(share.id)
    if (share.deleted === "yes" || (share.deleted === "asked" && status === 410)) {
      expect(status, `deleted share ${share.id}`).toBe(410)
      return
    }
    expect(status, `share ${share.id}`).toBe(200)
    const stored = new Map(
      body.map(({ data }) => [
        (data as { id: string }).id,
        Number.parseInt((data as { text: string }).text, 10),
      ]),
    )
    for (const [part, acknowledged] of share.acknowledged) {
      const found = stored.get(part) ?? -1
      expect(found, `${part} of ${share.id}`).toBeGreaterThanOrEqual(acknowledged)
      expect(found, `${part} of ${share.id}`).toBeLessThanOrEqual(share.sent.get(part) ?? -1)
    }
    expect((await client.call("GET", `/share/${share.id}`)).status).toBe(200)
  }

  for (let kills = 0; kills < KILLS; kills++) {
    await server.start()
    let killed = false
    const writers = Array.from({ length: WRITERS }, (_, writer) => write(() => killed, writer))
    // On a busy machine a start takes long to do its first work: a kill before it would be none under load.
    const before = acknowledgedSyncs
    await Promise.race([waitFor("a first sync", () => acknowledgedSyncs > before), ...writers])
    await sleep(Math.random() * 400)
    killed = true
    await server.kill("SIGKILL")
    await Promise.all(writers)
    if (kills % 20 !== 19) continue
    await server.start()
    for (const share of shares) await check(share)
    await server.kill("SIGKILL")
  }
  await server.start()
  for (const share of shares) await check(share)
  // A deletion that a kill interrupted goes on when the killed process's lease of it has run out.
  const gone = shares.filter(({ deleted }) => deleted === "yes")
  await waitFor(
    "deletions to end",
    async () => {
      const left = await filesBelow(join(server.dataDir, "objects"))
      for (const { id } of gone) expect(left.filter((path) => path.includes(folderName(id)))).toEqual([])
      return true
    },
    { timeout: 120_000, interval: 500 },
  )
  expect(gone.length).toBeGreaterThan(0)
  expect(acknowledgedSyncs).toBeGreaterThanOrEqual(KILLS)

  await server.kill("SIGKILL")
  const { segments, stored, unknown } = await sweepHoursLater(
    server.dataDir,
    shares.map(({ id }) => id),
  )
  const merged = segments.filter(({ firstRevision, lastRevision }) => lastRevision > firstRevision)
  expect(merged.length).toBeGreaterThan(0)
  expect(stored).toEqual(segments.map(({ objectKey }) => objectKey).sort())
  expect(unknown).toBe(0)
  await server.start()
  for (const share of shares) await check(share)
  console.log(
    `${merged.length} merged segments;`,
    `${acknowledgedSyncs} acknowledged syncs to ${shares.length} shares`,
  )
}, 900_000)
