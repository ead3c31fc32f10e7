import pg from "pg"
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest"
import { createNativeClient } from "../native-client.ts"
import { UNLIMITED } from "../no-limits.ts"
import { waitFor } from "../wait.ts"
import { type Cluster, createCluster } from "./cluster.ts"

const HOUR = 3_600_000

let cluster: Cluster
let nodes: [ReturnType<typeof createNativeClient>, ReturnType<typeof createNativeClient>]
let sessions = 0

beforeAll(async () => {
  cluster = await createCluster({
    limits: { ...UNLIMITED, newSharesPerHour: 10, createRequestsPerMinute: 100, syncsPerMinute: 2 },
  })
  nodes = [createNativeClient(cluster.nodes[0].url), createNativeClient(cluster.nodes[1].url)]
  // Both nodes live in this process, and by this clock.
  vi.useFakeTimers({ toFake: ["Date"] })
})
afterAll(async () => {
  vi.useRealTimers()
  await cluster.close()
})

type Answer = Awaited<ReturnType<typeof createAt>>
const createAt = (node: 0 | 1) => nodes[node].create(`ses_${++sessions}`)
const createAtBoth = (count: number) =>
  Promise.all(Array.from({ length: count }, (_, at) => createAt(at % 2 ? 0 : 1)))
const made = (answers: Answer[]) => answers.filter(({ status }) => status === 200).length
const refused = (answers: Answer[], reason: string) =>
  answers.filter(({ status, body }) => status === 429 && body.error?.message.includes(reason)).length

test("[Q1] the hour's new shares are those of all nodes together", async () => {
  const answers = [await createAt(0), await createAt(1)]
  expect(answers.map(({ headers }) => headers.get("ratelimit-remaining"))).toEqual(["9", "8"])
  const more = await createAtBoth(50)
  expect([made(more), refused(more, "new shares")]).toEqual([8, 42])
})

test("[Q1] so are the minute's requests to create", async () => {
  vi.setSystemTime(Date.now() + HOUR)
  const answers = await createAtBoth(120)
  expect([made(answers), refused(answers, "new shares"), refused(answers, "requests to create")]).toEqual([
    10, 90, 20,
  ])
})

test("[Q8] a token's requests and new shares are those of all nodes together", async () => {
  const token = "a-token-of-the-team"
  const limits = { ...UNLIMITED, newSharesPerHourPerToken: 10, createRequestsPerMinutePerToken: 30 }
  const own = await createCluster({ limits, createTokens: [token] })
  onTestFinished(() => own.close())
  const clients = own.nodes.map(({ url }) => createNativeClient(`${url}/t/${token}`))
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, at) => clients[at % 2]?.create(`ses_${++sessions}`) as Promise<Answer>),
  )
  expect([made(answers), refused(answers, "new shares"), refused(answers, "requests to create")]).toEqual([
    10, 20, 10,
  ])
})

test("[Q7] limits that cannot be counted are no hole: creating is answered 503 with Retry-After", async () => {
  vi.setSystemTime(Date.now() + HOUR)
  expect((await createAt(0)).headers.get("ratelimit-remaining")).toBe("9")
  await cluster.postgres.stop("crash")
  for (const node of [0, 1] as const) {
    const { status, body, headers } = await createAt(node)
    expect([status, body.error?.code, headers.get("retry-after")]).toEqual([503, "unavailable", "5"])
  }
  await cluster.postgres.start()
  const healed = async () => (await nodes[0].data("no-such-share-at-all")).status === 404
  await waitFor("the nodes to heal", healed)
  expect(made(await createAtBoth(50))).toBe(9)
})

test("[Q7] a table of counts that cannot be used is no hole either", async () => {
  vi.setSystemTime(Date.now() + HOUR)
  const client = new pg.Client({ connectionString: cluster.databaseUrl })
  await client.connect()
  await client.query("alter table limits rename to mislaid")
  const { status, headers } = await createAt(0)
  expect([status, headers.get("retry-after")]).toEqual([503, "5"])
  await client.query("alter table mislaid rename to limits")
  await client.end()
  expect((await createAt(0)).status).toBe(200)
})

test("[Q3] syncs are counted by each node for itself", async () => {
  const statusAt = async (node: 0 | 1) => (await nodes[node].remove("no-such-share-at-all", "x")).status
  expect([await statusAt(0), await statusAt(0), await statusAt(0)]).toEqual([404, 404, 429])
  expect([await statusAt(1), await statusAt(1), await statusAt(1)]).toEqual([404, 404, 429])
})
