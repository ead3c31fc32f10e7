import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { createLog } from "../../src/host/log.ts"
import { createMachine } from "../../src/host/machine.ts"
import type { Item } from "../../src/protocol/item.ts"
import { SWEEP_EVERY_MS, type Swept } from "../../src/shares/compact/sweep.ts"
import { createShares } from "../../src/shares/shares.ts"
import { createS3Store } from "../../src/storage/blobs/s3.ts"
import { openPostgresStore } from "../../src/storage/meta/postgres.ts"
import { createInProcessNotifier } from "../../src/storage/notifier/in-process.ts"
import { type Answer, createNativeClient } from "../native-client.ts"
import type { Operation } from "../s3/operations.ts"
import type { Fault } from "../s3/strict-s3.ts"
import { TEST_KEYS } from "../test-keys.ts"
import { waitFor } from "../wait.ts"
import { type Cluster, createCluster } from "./cluster.ts"
import { dataAfter, newShare, type Writer, type Written } from "./written-share.ts"

const COMMITS = 36

let cluster: Cluster
beforeAll(async () => {
  cluster = await createCluster()
})
afterAll(() => cluster.close())

/** What a client that repeats refused syncs was told meanwhile. */
interface Refusals {
  writer: Writer
  readonly count: number
}

function checkRefusal({ status, body, headers }: Answer<unknown>): void {
  expect([status, body.error?.code, headers.get("retry-after")]).toEqual([503, "unavailable", "5"])
}

/** Syncs through the nodes in turn, each until it is acknowledged. */
function persistentWriter(): Refusals {
  const clients = cluster.nodes.map(({ url }) => createNativeClient(url))
  let count = 0
  let turn = 0
  const next = () => clients[turn++ % clients.length] as (typeof clients)[number]
  return {
    get count() {
      return count
    },
    writer: {
      create: async ({ sessionID }) => (await next().create(sessionID)).body,
      async append({ shareID, secret, items }) {
        const all: Item[] = []
        for await (const batch of items) all.push(...batch)
        await waitFor(
          "the sync to be acknowledged",
          async () => {
            const answer = await next().sync(shareID, secret, all)
            if (answer.status === 200) return true
            checkRefusal(answer)
            count++
            return false
          },
          { timeout: 30_000 },
        )
        return 0
      },
      revoke: async ({ shareID, secret }) => (await next().remove(shareID, secret)).body.receipt,
    },
  }
}

/** Reads at both nodes, on and on: whole commits, at least those that were acknowledged, or 503. */
function readAllTheWhile(share: Written): { stop(): Promise<void> } {
  const clients = cluster.nodes.map(({ url }) => createNativeClient(url))
  let stopped = false
  const reading = (async () => {
    for (let turn = 0; !stopped; turn++) {
      const least = share.acknowledged()
      const answer = await clients[turn % 2]?.data(share.id)
      if (answer?.status !== 200) {
        checkRefusal(answer as Answer<unknown>)
        continue
      }
      const most = share.commits.length
      const whole = Array.from({ length: most - least + 1 }, (_, i) => dataAfter(share, least + i))
      expect(whole).toContainEqual(answer.body)
    }
  })()
  // Heard when it is awaited.
  reading.catch(() => {})
  return {
    async stop() {
      stopped = true
      await reading
    },
  }
}

/** The stores themselves, hours later, on a node of its own. */
async function openLater() {
  const meta = await openPostgresStore({
    url: cluster.databaseUrl,
    migrate: false,
    log: createLog("silent"),
  })
  const clock = { now: Date.now() + SWEEP_EVERY_MS }
  const shares = createShares({
    meta,
    blobs: createS3Store(cluster.s3Settings),
    notifier: createInProcessNotifier(),
    machine: { ...createMachine(), now: () => clock.now },
    log: createLog("silent"),
    keys: TEST_KEYS,
    maxShareBytes: 1,
  })
  return { meta, shares, clock }
}

const keysOf = (share: Written) => cluster.s3.keys().filter((key) => key.includes(share.id))

/** What failed to be merged is merged with what comes later. */
async function checkHealed(share: Written): Promise<void> {
  const client = persistentWriter()
  for (let n = 0; n < 16; n++) await share.write(client.writer)
  for (const { url } of cluster.nodes) {
    expect((await createNativeClient(url).data(share.id)).body).toEqual(dataAfter(share, COMMITS + 16))
  }
  const later = await openLater()
  await merged(share)
  await later.shares.upkeep()
  await sweep(later)
  const segments = await later.meta.segments(share.id)
  expect(keysOf(share)).toEqual(segments.map(({ objectKey }) => objectKey).sort())
  await later.meta.close()
}

/** Waits until a sweep is due, whenever another test has made the last. */
async function sweep({ shares, clock }: Awaited<ReturnType<typeof openLater>>): Promise<Swept> {
  for (;;) {
    clock.now += SWEEP_EVERY_MS
    const swept = await shares.sweep()
    if (swept) return swept
  }
}

/** Waits for merges under way, which no answer waits for. */
async function merged(share: Written): Promise<void> {
  const later = await openLater()
  await waitFor("the merge", async () => {
    const segments = await later.meta.segments(share.id)
    return segments.some((s) => s.lastRevision > s.firstRevision)
  })
  await later.meta.close()
}

const AWAY: Record<string, { on: Operation; fault: Fault; times: number }> = {
  "does not answer": { on: "PutObject", fault: { kind: "hang" }, times: 2 },
  "does not answer readers": { on: "GetObject", fault: { kind: "hang" }, times: 4 },
  "answers 500": { on: "PutObject", fault: { kind: "refuse", status: 500, code: "InternalError" }, times: 9 },
  "answers readers 500": {
    on: "GetObject",
    fault: { kind: "refuse", status: 500, code: "InternalError" },
    times: 9,
  },
  "says to slow down": {
    on: "PutObject",
    fault: { kind: "refuse", status: 503, code: "SlowDown" },
    times: 9,
  },
  "cuts connections": { on: "PutObject", fault: { kind: "cut", when: "before" }, times: 9 },
  "stores, and loses its answers": { on: "PutObject", fault: { kind: "cut", when: "after" }, times: 9 },
  "cuts its answers in the middle": {
    on: "GetObject",
    fault: { kind: "cut-answer", bytes: 10 },
    times: 9,
  },
  "falls silent in the middle": { on: "GetObject", fault: { kind: "stall-answer", bytes: 10 }, times: 4 },
}

describe("[L3] nothing acknowledged is lost and no commit is seen in part when the store", () => {
  for (const [name, { on, fault, times }] of Object.entries(AWAY)) {
    test(name, async () => {
      const client = persistentWriter()
      const share = await newShare(client.writer)
      const reading = readAllTheWhile(share)
      // In the middle of the log, and when there is something to merge.
      for (let n = 0; n < COMMITS; n++) {
        if ([5, 15, 31].includes(n)) cluster.s3.inject(on, fault, times)
        await share.write(client.writer)
      }
      await reading.stop()
      cluster.s3.heal()
      expect(client.count).toBeGreaterThan(0)
      await checkHealed(share)
    })
  }
})

test("[L3] nothing acknowledged is lost and no commit is seen in part when PostgreSQL restarts", async () => {
  const client = persistentWriter()
  const share = await newShare(client.writer)
  const reading = readAllTheWhile(share)
  let restart = Promise.resolve()
  for (let n = 0; n < COMMITS; n++) {
    if ([5, 15, 16, 31].includes(n)) {
      await restart
      restart = cluster.postgres.stop(n % 2 ? "crash" : "fast").then(() => cluster.postgres.start())
    }
    await share.write(client.writer)
  }
  await restart
  await reading.stop()
  expect(client.count).toBeGreaterThan(0)
  await checkHealed(share)
})

test("[L9] a sweep that the store does not let through is made good by the next", async () => {
  const client = persistentWriter()
  const share = await newShare(client.writer)
  for (let n = 0; n < COMMITS; n++) await share.write(client.writer)
  await merged(share)
  const later = await openLater()
  cluster.s3.plant(`shares/${share.id}/segments/left.ndjson.br`, "left")

  cluster.s3.inject("DeleteObject", { kind: "refuse", status: 503, code: "SlowDown" })
  await expect(later.shares.upkeep()).rejects.toMatchObject({ op: "blobs.delete", retryable: true })
  const { deleted, failed } = await sweep(later)
  expect([deleted, failed > 0]).toEqual([0, true])
  cluster.s3.heal()

  cluster.s3.inject("ListObjectsV2", { kind: "cut-answer", bytes: 100 })
  await expect(sweep(later)).rejects.toMatchObject({ op: "blobs.list", retryable: true })
  cluster.s3.heal()

  await later.meta.close()
  await checkHealed(share)
})
