import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { afterAll, beforeAll, expect, test } from "vitest"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { createServerProcess, type ServerProcess } from "../server-process.ts"
import { filesBelow } from "../world.ts"

const KILLS = 200
const WRITERS = 4

let server: ServerProcess
beforeAll(async () => {
  server = await createServerProcess({ LOG_LEVEL: "error" })
})
afterAll(() => server.dispose())

/** How the file store spells an id: capitals are marked, as some file systems fold case. */
function folderName(id: string): string {
  return id.replace(/[A-Z]/g, (letter) => `+${letter.toLowerCase()}`)
}

/** A share under load: for each part the last version that was sent, and the last one that was acknowledged. */
interface Written {
  id: string
  secret: string
  sessionID: string
  sent: Map<string, number>
  acknowledged: Map<string, number>
  deleted: "no" | "asked" | "yes"
}

test(`[L3] ${KILLS} kill -9 under load lose no acknowledged item and leave every share readable`, async () => {
  const client = createNativeClient(server.url)
  const shares: Written[] = []
  let version = 0
  let acknowledgedSyncs = 0

  async function newShare(): Promise<Written> {
    const sessionID = `ses_${++version}`
    const { body } = await client.create(sessionID)
    const share: Written = { ...body, sessionID, sent: new Map(), acknowledged: new Map(), deleted: "no" }
    shares.push(share)
    return share
  }

  async function sync(share: Written): Promise<void> {
    const { text } = itemsOf(share.sessionID)
    // Mostly small, now and then large enough to be written while it still arrives.
    const padding = "x".repeat(Math.random() < 0.03 ? 2_000_000 : Math.random() * 4_000)
    const batch = Array.from({ length: 1 + Math.floor(Math.random() * 5) }, () => ({
      part: `prt_${Math.floor(Math.random() * 40)}`,
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
  async function write(isKilled: () => boolean): Promise<void> {
    try {
      for (;;) {
        const mine = shares.filter(({ deleted }) => deleted === "no")
        const share =
          Math.random() < 0.02 || mine.length < WRITERS
            ? await newShare()
            : mine.at(-1 - Math.floor(Math.random() * WRITERS))
        if (!share) continue
        if (Math.random() < 0.04 && share.sent.size > 0) await remove(share)
        else await sync(share)
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
    const writers = Array.from({ length: WRITERS }, () => write(() => killed))
    await sleep(Math.random() * 250)
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
  // The last start has finished whatever deletions the kills interrupted.
  const gone = shares.filter(({ deleted }) => deleted === "yes")
  const left = await filesBelow(join(server.dataDir, "objects"))
  for (const { id } of gone) expect(left.filter((path) => path.includes(folderName(id)))).toEqual([])
  expect(gone.length).toBeGreaterThan(0)
  expect(acknowledgedSyncs).toBeGreaterThan(KILLS)
  console.log(`${acknowledgedSyncs} acknowledged syncs to ${shares.length} shares`)
}, 900_000)
