import pg from "pg"
import { afterAll, beforeAll, expect, test } from "vitest"
import { openPostgresStore } from "../../src/storage/meta/postgres.ts"
import { createPostgresServer, type PostgresServer } from "../postgres/server.ts"
import { waitFor } from "../wait.ts"
import { createMetaBench, type MetaBench, newShare } from "./meta-bench.ts"

type Committed = Awaited<ReturnType<MetaBench["commit"]>>
type Merged = Awaited<ReturnType<MetaBench["merge"]>>

// Several nodes on one database.
let server: PostgresServer
let url: string
let a: MetaBench
let b: MetaBench

beforeAll(async () => {
  server = await createPostgresServer()
  url = await server.createDatabase()
  a = createMetaBench(await openPostgresStore({ url, migrate: true, log: { warn: () => {} } }))
  b = createMetaBench(await openPostgresStore({ url, migrate: true, log: { warn: () => {} } }))
})
afterAll(async () => {
  await a.meta.close()
  await b.meta.close()
  await server.close()
})

/**
 * Runs two calls so that both wait for the share's row, the first one first, before either has it. Two and no more:
 * PostgreSQL hands a row to its first waiter, but once that one has changed the row, the others race for the new
 * version of it.
 */
async function inOrder<T extends [unknown, unknown]>(
  shareID: string,
  ...calls: { [K in keyof T]: () => Promise<T[K]> }
): Promise<T> {
  const holder = new pg.Client({ connectionString: url })
  await holder.connect()
  try {
    await holder.query("begin")
    await holder.query("select 1 from shares where share_id = $1 for update", [shareID])
    const results: Promise<unknown>[] = []
    for (const call of calls) {
      results.push(call())
      await waitFor("the call to wait for the row", async () => (await waiting()) === results.length)
    }
    await holder.query("commit")
    return (await Promise.all(results)) as T
  } finally {
    await holder.end()
  }
}

async function waiting(): Promise<number> {
  const rows = await server.query(
    "select 1 from pg_stat_activity where wait_event_type = 'Lock' and application_name = 'better-share'",
  )
  return rows.length
}

test("[L1] fifty commits through two nodes get fifty revisions, and nothing is lost", async () => {
  const share = await a.create()
  const ids = Array.from({ length: 50 }, (_, i) => `s${i}`)
  const revisions = await Promise.all(ids.map((id, i) => (i % 2 ? a : b).commit(share, [id])))
  expect(revisions.map(Number).sort((x, y) => x - y)).toEqual(ids.map((_, i) => i + 1))
  expect(await b.manifest(share)).toEqual(
    ids
      .map((id, i) => [id, Number(revisions[i]), Number(revisions[i])] as const)
      .sort(([, x], [, y]) => x - y),
  )
})

test("[D6] a commit that waits behind a revocation stores nothing", async () => {
  const share = await a.create()
  const [revoked, revision] = await inOrder<[string[], Committed]>(
    share.id,
    () => a.meta.revoke({ shareID: share.id, generation: 0 }, 9),
    () => b.commit(share, ["late"]),
  )
  expect(revoked).toEqual([share.id])
  expect(revision).toBeUndefined()
  expect(await a.manifest(share)).toEqual([])
  expect(await a.row(share)).toMatchObject({ state: "revoked", revision: 0 })
})

test("[D6] a revocation that waits behind a commit takes its segment along", async () => {
  const share = await a.create()
  const [revision, revoked] = await inOrder<[Committed, string[]]>(
    share.id,
    () => b.commit(share, ["early"]),
    () => a.meta.revoke({ shareID: share.id, generation: 0 }, 9),
  )
  expect(revision).toBe(1)
  expect(revoked).toEqual([share.id])
  expect(await b.manifest(share)).toEqual([])
})

test("[D2] of two revocations of one share, one revokes it", async () => {
  const share = await a.create()
  const revoked = await inOrder<[string[], string[]]>(
    share.id,
    () => a.meta.revoke({ shareID: share.id, generation: 0 }, 9),
    () => b.meta.revoke({ shareID: share.id, generation: 0 }, 10),
  )
  expect(revoked).toEqual([[share.id], []])
  expect(await b.row(share)).toMatchObject({ revokedAt: 9 })
})

test("[D6] whatever the order, a revoked share keeps no segment, and the revisions that it had", async () => {
  for (let round = 0; round < 30; round++) {
    const share = await a.create()
    const commits = Array.from({ length: 6 }, (_, i) => (i % 2 ? a : b).commit(share, [`s${i}`]))
    const revoking = (round % 2 ? a : b).meta.revoke({ shareID: share.id, generation: 0 }, 9)
    const revisions = (await Promise.all(commits)).filter((revision) => revision !== undefined)
    expect(await revoking).toEqual([share.id])
    expect(await a.manifest(share)).toEqual([])
    expect(await b.row(share)).toMatchObject({ state: "revoked", revision: revisions.length })
    expect(await b.commit(share, ["after"])).toBeUndefined()
  }
})

test("of the same commit through two nodes, the second finds it made", async () => {
  const share = await a.create()
  const revisions = await inOrder<[Committed, Committed]>(
    share.id,
    () => a.commit(share, ["s1", "s2"]),
    () => b.commit(share, ["s1", "s2"]),
  )
  expect(revisions).toEqual([2, 2])
  expect(await a.manifest(share)).toHaveLength(2)
})

test("a merge that waits behind another one that took its segments does nothing", async () => {
  const share = await a.create()
  await a.commit(share, ["s1", "s2", "s3"])
  const merged = await inOrder<[Merged, Merged]>(
    share.id,
    () => a.merge(share, { replaces: ["s1", "s2"], by: "m1" }),
    () => b.merge(share, { replaces: ["s2", "s3"], by: "m2" }),
  )
  expect(merged).toEqual([true, false])
  expect(await b.manifest(share)).toEqual([
    ["m1", 1, 2],
    ["s3", 3, 3],
  ])
})

test("a commit and a merge that wait for each other both happen", async () => {
  const share = await a.create()
  await a.commit(share, ["s1", "s2"])
  const mergeFirst = await inOrder<[Merged, Committed]>(
    share.id,
    () => a.merge(share, { replaces: ["s1", "s2"], by: "m1" }),
    () => b.commit(share, ["s3"]),
  )
  const commitFirst = await inOrder<[Committed, Merged]>(
    share.id,
    () => b.commit(share, ["s4"]),
    () => a.merge(share, { replaces: ["m1", "s3"], by: "m2" }, { epoch: 1 }),
  )
  expect([...mergeFirst, ...commitFirst]).toEqual([true, 3, 4, true])
  expect(await b.manifest(share)).toEqual([
    ["m2", 1, 3],
    ["s4", 4, 4],
  ])
})

test("[D6] a merge that waits behind a revocation does nothing", async () => {
  const share = await a.create()
  await a.commit(share, ["s1", "s2"])
  const [, merged] = await inOrder<[string[], Merged]>(
    share.id,
    () => a.meta.revoke({ shareID: share.id, generation: 0 }, 9),
    () => b.merge(share, { replaces: ["s1", "s2"], by: "m1" }, { epoch: 0 }),
  )
  expect(merged).toBe(false)
  expect(await b.meta.liveObjects(share.id)).toEqual(new Set())
})

test("[D3] a revocation that waits behind a ticket knows of it, a ticket behind a revocation is not given out", async () => {
  const share = await a.create({ door: "direct" })
  const ticketFirst = await inOrder<[boolean, string[]]>(
    share.id,
    () => a.meta.noteTicket({ shareID: share.id, generation: 0, until: 500, plain: false }),
    () => b.meta.revoke({ shareID: share.id, generation: 0 }, 9),
  )
  expect(ticketFirst).toEqual([true, [share.id]])
  expect(await a.meta.findDeletion(share.id)).toMatchObject({ ticketsUntil: 500 })

  const other = await a.create({ door: "direct" })
  const revokedFirst = await inOrder<[string[], boolean]>(
    other.id,
    () => b.meta.revoke({ shareID: other.id, generation: 0 }, 9),
    () => a.meta.noteTicket({ shareID: other.id, generation: 0, until: 900, plain: false }),
  )
  expect(revokedFirst).toEqual([[other.id], false])
  expect((await a.meta.findDeletion(other.id))?.ticketsUntil ?? 0).toBe(0)
})

test("[P2] a reuse that waits behind a ticket or a commit does nothing", async () => {
  const unwritten = { generation: 0, state: "active" } as const
  const old = await a.create({ door: "direct" })
  const reused = await inOrder<[boolean, boolean]>(
    old.id,
    () => a.meta.noteTicket({ shareID: old.id, generation: 0, until: 500, plain: true }),
    () => b.meta.reuseShare(newShare({ id: old.id }), unwritten),
  )
  expect(reused).toEqual([true, false])
  expect(await a.meta.findDeletion(old.id)).toBeUndefined()
  expect(await a.row(old)).toMatchObject({ generation: 0, ticketsUntil: 500 })

  const written = await a.create({ door: "direct" })
  const refused = await inOrder<[Committed, boolean]>(
    written.id,
    () => a.commit(written, ["s1"]),
    () => b.meta.reuseShare(newShare({ id: written.id }), unwritten),
  )
  expect(refused).toEqual([1, false])
  expect(await b.meta.findDeletion(written.id)).toBeUndefined()
})

test("a commit that waits behind a reuse stores nothing in the next generation", async () => {
  const old = await a.create({ door: "direct" })
  const [reused, revision] = await inOrder<[boolean, Committed]>(
    old.id,
    () => a.meta.reuseShare(newShare({ id: old.id }), { generation: 0, state: "active" }),
    () => b.commit(old, ["late"]),
  )
  expect([reused, revision]).toEqual([true, undefined])
  expect(await a.manifest(old)).toEqual([])
})

test("of two first looks at a plain object, one raises the revision; a commit behind it is refused", async () => {
  const share = await a.create({ door: "direct" })
  const looks = await inOrder<[unknown, unknown]>(
    share.id,
    () => a.seePlain(share, { version: "v1" }),
    () => b.seePlain(share, { version: "v1" }),
  )
  for (const row of looks) expect(row).toMatchObject({ form: "plain", revision: 1, syncs: 1 })

  const other = await a.create({ door: "direct" })
  const [look, revision] = await inOrder<[unknown, Committed]>(
    other.id,
    () => a.seePlain(other, { version: "v1" }),
    () => b.commit(other, ["s1"]),
  )
  expect(look).toMatchObject({ form: "plain", revision: 1 })
  expect(revision).toBeUndefined()
})

test("a lease is one node's", async () => {
  const takers = Array.from({ length: 20 }, (_, i) => (i % 2 ? a : b).meta)
  for (const now of [1_000, 1_100]) {
    const taken = await Promise.all(
      takers.map((meta) => meta.takeLease({ name: "nodes", now, until: now + 100 })),
    )
    expect(taken.filter(Boolean)).toEqual([true])
  }
})
