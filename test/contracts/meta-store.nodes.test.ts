import pg from "pg"
import { afterAll, beforeAll, expect, test } from "vitest"
import type { MetaStore } from "../../src/shares/ports.ts"
import { openPostgresStore } from "../../src/storage/meta/postgres.ts"
import { createPostgresServer, type PostgresServer } from "../postgres/server.ts"
import { waitFor } from "../wait.ts"

// Several nodes on one database.
let server: PostgresServer
let url: string
let a: MetaStore
let b: MetaStore
let count = 0

beforeAll(async () => {
  server = await createPostgresServer()
  url = await server.createDatabase()
  a = await openPostgresStore({ url, migrate: true, log: { warn: () => {} } })
  b = await openPostgresStore({ url, migrate: true, log: { warn: () => {} } })
})
afterAll(async () => {
  await a.close()
  await b.close()
  await server.close()
})

async function newShare(): Promise<string> {
  const id = `share${++count}`.padEnd(22, "x")
  await a.createShare({
    id,
    sessionID: `ses_${count}`,
    secretHash: "secret",
    creator: "me",
    address: "here",
    createdAt: count,
  })
  return id
}

function commit(node: MetaStore, shareID: string, id: string): Promise<number | undefined> {
  const segment = {
    id,
    objectKey: `shares/${shareID}/${id}`,
    items: 1,
    bytes: 10,
    contentBytes: 20,
    createdAt: 5,
  }
  return node.commit({ shareID, segment, secretHash: "secret", at: 5 })
}

/** Runs the calls so that each one waits for the share's row, in the order given, before any of them has it. */
async function inOrder<T extends unknown[]>(
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
  const share = await newShare()
  const ids = Array.from({ length: 50 }, (_, i) => `s${i}`)
  const revisions = await Promise.all(ids.map((id, i) => commit(i % 2 ? a : b, share, id)))
  expect(revisions.map(Number).sort((x, y) => x - y)).toEqual(ids.map((_, i) => i + 1))
  const segments = await b.segments(share)
  expect(segments.map(({ id }) => id).sort()).toEqual([...ids].sort())
  expect(segments.map(({ firstRevision }) => firstRevision)).toEqual(ids.map((_, i) => i + 1))
  expect(segments.map(({ id }) => id)).toEqual(
    ids.toSorted((x, y) => Number(revisions[ids.indexOf(x)]) - Number(revisions[ids.indexOf(y)])),
  )
})

test("[D6] a commit that waits behind a revocation stores nothing", async () => {
  const share = await newShare()
  const [revoked, revision] = await inOrder<[string[], number | undefined]>(
    share,
    () => a.revoke(share, 9),
    () => commit(b, share, "late"),
  )
  expect(revoked).toEqual([share])
  expect(revision).toBeUndefined()
  expect(await a.segments(share)).toEqual([])
  expect(await a.findShare(share)).toMatchObject({ state: "revoked", revision: 0 })
})

test("[D6] a revocation that waits behind a commit takes its segment along", async () => {
  const share = await newShare()
  const [revision, revoked] = await inOrder<[number | undefined, string[]]>(
    share,
    () => commit(b, share, "early"),
    () => a.revoke(share, 9),
  )
  expect(revision).toBe(1)
  expect(revoked).toEqual([share])
  await a.finishDeletion(share, 10)
  expect(await b.segments(share)).toEqual([])
})

test("[D2] of two revocations of one share, one revokes it", async () => {
  const share = await newShare()
  const revoked = await inOrder<[string[], string[]]>(
    share,
    () => a.revoke(share, 9),
    () => b.revoke(share, 10),
  )
  expect(revoked).toEqual([[share], []])
  expect(await b.findShare(share)).toMatchObject({ revokedAt: 9 })
})

test("[D6] whatever the order, a revoked share keeps only what was committed before", async () => {
  for (let round = 0; round < 30; round++) {
    const share = await newShare()
    const commits = Array.from({ length: 6 }, (_, i) => commit(i % 2 ? a : b, share, `s${i}`))
    const revoking = round % 2 ? a.revoke(share, 9) : b.revoke(share, 9)
    const revisions = (await Promise.all(commits)).filter((revision) => revision !== undefined)
    expect(await revoking).toEqual([share])
    expect((await a.segments(share)).map(({ firstRevision }) => firstRevision)).toEqual(
      revisions.toSorted((x, y) => x - y),
    )
    expect(await b.findShare(share)).toMatchObject({ state: "revoked", revision: revisions.length })
    expect(await commit(b, share, "after")).toBeUndefined()
  }
})
