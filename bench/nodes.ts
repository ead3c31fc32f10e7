import { claimOf, createDirectClient, pack, put, wishOf } from "../test/direct-client.ts"
import { readEvents } from "../test/event-source.ts"
import { itemsOf } from "../test/items.ts"
import { createNativeClient } from "../test/native-client.ts"
import { createCluster } from "../test/nodes/cluster.ts"
import { quantile, report } from "./report.ts"

// From a sync through one node to the patch in an open stream of another: PostgreSQL and an S3 server, all on this
// machine and its one clock.

const SYNCS = 200
const PAUSE_MS = 20

const cluster = await createCluster()
const [a, b] = cluster.nodes
try {
  report(`From a sync through one node to a viewer of another (${SYNCS} syncs)`, {
    ...(await measure("native door", await nativeShare())),
    ...(await measure("direct door", await directShare())),
  })
} finally {
  await cluster.close()
}

interface Share {
  id: string
  /** Syncs once through node A. Resolves when the commit is answered. */
  sync(i: number): Promise<void>
}

async function measure(name: string, { id, sync }: Share): Promise<Record<string, string>> {
  const reader = await readEvents(`${b.url}/api/share/${id}/events?revision=1`)
  const [answered, seen]: [number[], number[]] = [[], []]
  for (let i = 0; i < SYNCS; i++) {
    const started = performance.now()
    const arrived = reader
      .waitForEvent(`sync ${i}`, ({ data }) => JSON.stringify(data).includes(`mark-${i}.`))
      .then(() => seen.push(performance.now() - started))
    await sync(i)
    answered.push(performance.now() - started)
    await arrived
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
  }
  reader.close()
  const row = (values: number[]) =>
    [0.5, 0.95, 1].map((q) => `${Math.round(quantile(values, q))} ms`).join(" / ")
  return {
    [`${name}: sync answered, p50 / p95 / slowest`]: row(answered),
    [`${name}: patch at the other node, p50 / p95 / slowest`]: row(seen),
  }
}

async function nativeShare(): Promise<Share> {
  const client = createNativeClient(a.url)
  const { session, text } = itemsOf("ses_native")
  const { id, secret } = (await client.create("ses_native")).body
  await client.sync(id, secret, [session()])
  return {
    id,
    async sync(i) {
      const { status } = await client.sync(id, secret, [text("msg_1", `prt_${i}`, `It says mark-${i}.`)])
      if (status !== 200) throw new Error(`sync ${i}: ${status}`)
    },
  }
}

async function directShare(): Promise<Share> {
  const client = createDirectClient(a.url)
  const { session, text } = itemsOf("ses_direct")
  const { shareId, secret } = (await client.reserve({ sessionId: "ses_direct", tickets: [] })).body

  async function commit(packed: ReturnType<typeof pack>): Promise<void> {
    const [ticket] = (await client.presign(shareId, secret, { tickets: [wishOf(packed)] })).body.tickets
    if (!ticket || (await put(ticket, packed.body)) !== 200) throw new Error("the upload was refused")
    const { status } = await client.presign(shareId, secret, {
      commit: { segments: [claimOf(ticket, packed)] },
      tickets: [],
    })
    if (status !== 200) throw new Error(`the commit was answered ${status}`)
  }

  await commit(pack([session()]))
  return { id: shareId, sync: (i) => commit(pack([text("msg_1", `prt_${i}`, `It says mark-${i}.`)])) }
}
