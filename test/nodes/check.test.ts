import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import Libsql from "libsql"
import { afterAll, beforeAll, expect, test } from "vitest"
import { checkStorage, describeFinding } from "../../src/host/check.ts"
import { type Config, readConfig } from "../../src/host/config.ts"
import { databaseFile } from "../../src/host/data-dir.ts"
import { withExistingStorage } from "../../src/host/existing-storage.ts"
import { type Checked, createCheck } from "../../src/shares/check/check.ts"
import type { Finding } from "../../src/shares/check/finding.ts"
import { ORPHAN_MS } from "../../src/shares/compact/sweep.ts"
import type { BlobStore } from "../../src/shares/ports.ts"
import { createShares } from "../../src/shares/shares.ts"
import { openFileStore } from "../../src/storage/blobs/file.ts"
import { chunks, listed } from "../contracts/blobs.ts"
import { createWorld } from "../world.ts"
import { type Life, live, observe } from "./lived-storage.ts"
import { checkWhole, newShare } from "./written-share.ts"

let dataDir: string
let config: Config
let life: Life
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "better-share-check-"))
  config = readConfig({ DATA_DIR: dataDir })
  const world = await createWorld({ dataDir, host: "0.0.0.0" })
  life = await live(world)
  await observe(world, life)
  await world.stop()
})
afterAll(() => rm(dataDir, { recursive: true, force: true }))

async function check(options: { repair?: boolean; content?: boolean; ahead?: number } = {}) {
  const { repair = false, content = true, ahead = ORPHAN_MS + 60_000 } = options
  const findings: Finding[] = []
  const onFinding = (finding: Finding) => void findings.push(finding)
  const checked: Checked = await withExistingStorage(config, (storage) => {
    const machine = { ...storage.machine, now: () => Date.now() + ahead }
    return createCheck({ ...storage, machine })({ repair, content, onFinding })
  })
  return { checked, findings, kinds: findings.map(({ kind }) => kind).sort() }
}

async function withObjects<T>(
  use: (store: Awaited<ReturnType<typeof openFileStore>>) => Promise<T>,
): Promise<T> {
  return use(await openFileStore({ root: dataDir, baseUrl: "" }))
}

/** The object of its first segment. */
function objectOf(shareID: string): string {
  const database = new Libsql(databaseFile(dataDir))
  const [row] = database.prepare("select object_key from segments where share_id = ?").all(shareID)
  database.close()
  return (row as { object_key: string }).object_key
}

function change(sql: string): void {
  const database = new Libsql(databaseFile(dataDir))
  database.exec(sql)
  database.close()
}

test("of a storage that is whole nothing is said", async () => {
  const findings: Finding[] = []
  const steps: unknown[] = []
  const checked = await checkStorage({
    config,
    repair: false,
    content: true,
    onFinding: (finding) => void findings.push(finding),
    onProgress: ({ phase, done, total }) => void steps.push([phase, done, total]),
  })
  expect(findings).toEqual([])
  expect(steps).toContainEqual(["shares", 6, 6])
  expect(checked).toMatchObject({ shares: 6, findings: 0, mended: 0 })
  expect(checked.bytes).toBeGreaterThan(1000)
})

test("what is wrong is said, what can be is mended, and nothing is lost by it", async () => {
  const { native, direct, plain, locked, encrypted, redacted, revoked } = life
  await withObjects(async (store) => {
    // Not one of those that a merge has replaced.
    await store.delete(objectOf(native.id))
    // Of the right length and of other bytes; and no Brotli.
    const [sealed] = await listed(store, `shares/${encrypted.id}/`)
    await store.put(sealed?.key ?? "", chunks("x".repeat(sealed?.size ?? 0)))
    const [part, other] = await listed(store, `shares/${direct.id}/`)
    await store.put(part?.key ?? "", chunks("x"))
    await store.put(`shares/${direct.id}/segments/nobody.ndjson.br`, chunks("orphan"))
    await store.put(`shares/${"0".repeat(22)}/segments/1.ndjson.br`, chunks("unknown"))
    expect(other).toBeDefined()
    const [text] = await listed(store, `shares/${locked.id}/`)
    await store.put(text?.key ?? "", chunks("y".repeat(text?.size ?? 0)))
  })
  change(`update shares set message_count = 7, stored_bytes = 1 where share_id in ('${redacted.id}', '${plain.id}');
    update redactions set rule = 'nothing';
    insert into superseded values ('${revoked.id}', 'one', 'shares/one', 1);`)

  const { findings, kinds, checked } = await check()
  expect(kinds).toEqual(
    [
      ...["lost", "wrong-hash", "wrong-size", "unreadable", "orphan", "unknown", "stray-rows", "lost-rules"],
      ...["wrong-bytes", "wrong-bytes", "wrong-counts", "wrong-counts"],
    ].sort(),
  )
  expect(checked).toMatchObject({ findings: 12, mended: 0 })
  expect(findings.find(({ kind }) => kind === "wrong-counts" && kind)).toMatchObject({
    detail: expect.stringMatching(/^messages 7 for \d$/),
  })
  // What a crash has left a moment ago may still be committed, and what is only looked for is not read.
  expect((await check({ ahead: 0 })).kinds).not.toContain("orphan")
  expect((await check({ content: false })).kinds).not.toContain("wrong-hash")

  const mended = await check({ repair: true })
  expect(mended.checked).toMatchObject({ findings: 12, mended: 6 })
  const left = ["lost", "lost-rules", "unknown", "unreadable", "wrong-hash", "wrong-size"]
  const again = await check()
  expect(again.kinds).toEqual(left)
  expect(again.findings.map(describeFinding)).toContain(
    `lost: ${objectOf(native.id)} is named in the manifest and not in the store: it is not there`,
  )
})

test("what is merged while it is looked at is not taken for lost", async () => {
  await withExistingStorage(config, async (storage) => {
    const { meta, blobs } = storage
    const node = createShares(storage)
    const share = await newShare(node)
    for (let n = 0; n < 15; n++) await share.write(node)
    let merged = 0
    async function merge(): Promise<void> {
      await share.write(node)
      await node.idle()
      // As if what it has replaced were due at once.
      for (const replaced of await meta.superseded(Date.now() + 1, 100, share.id)) {
        await blobs.delete(replaced.objectKey)
        await meta.forgetSuperseded(replaced)
        merged++
      }
    }
    const stirred: BlobStore = {
      ...blobs,
      // The manifest has been read by then.
      async *list(prefix) {
        if (prefix.includes(share.id) && merged === 0) await merge()
        yield* blobs.list(prefix)
      },
    }
    const said: Finding[] = []
    await createCheck({ ...storage, blobs: stirred })({
      repair: true,
      content: true,
      onFinding: (finding) => void (finding.shareID === share.id && said.push(finding)),
    })
    expect([merged, said]).toEqual([16, []])
    await checkWhole(share, createShares(storage))
    await node.stop()
  })
})
