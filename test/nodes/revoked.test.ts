import { request } from "node:http"
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest"
import { segmentKey } from "../../src/shares/segment.ts"
import { LATE_PUT_MS } from "../../src/shares/upload-times.ts"
import { createS3Store, PART_BYTES } from "../../src/storage/blobs/s3.ts"
import { PATIENCE } from "../../src/storage/blobs/s3-requests.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { within } from "../wait.ts"
import { type Cluster, createCluster } from "./cluster.ts"

let cluster: Cluster
let a: ReturnType<typeof createNativeClient>
let b: ReturnType<typeof createNativeClient>
/** How far the nodes' clocks are ahead. Milliseconds. */
let ahead = 0
let count = 0

beforeAll(async () => {
  cluster = await createCluster({ now: () => Date.now() + ahead })
  ;[a, b] = cluster.nodes.map(({ url }) => createNativeClient(url)) as [typeof a, typeof b]
})
afterAll(() => cluster.close())

async function filledShare() {
  const sessionID = `ses_${++count}`
  const { id, secret } = (await a.create(sessionID)).body
  const items = itemsOf(sessionID)
  await a.sync(id, secret, [items.session()])
  return { id, secret, ...items }
}

const stored = (id: string) => cluster.s3.keys().filter((key) => key.includes(id))

/** Begins a sync at node B whose sender then falls silent. `status` resolves when it is answered all the same. */
async function beginSync(id: string, text: string): Promise<{ status: Promise<number | undefined> }> {
  const outgoing = request(`${cluster.nodes[1].url}/api/share/${id}/sync`, {
    method: "POST",
    headers: { "content-type": "application/json" },
  })
  const status = new Promise<number | undefined>((resolve, reject) => {
    outgoing.on("response", ({ statusCode }) => resolve(statusCode)).on("error", reject)
  })
  onTestFinished(() => void outgoing.destroy())
  status.catch(() => {})
  await new Promise((resolve) => outgoing.write(text, resolve))
  // Until the node has taken it in, of which nothing can be seen from outside.
  await new Promise((resolve) => setTimeout(resolve, 500))
  return { status }
}

for (const [name, size] of [
  ["small", 10],
  ["70 KB", 70_000],
] as const) {
  test(`[D6] a ${name} sync that is still arriving at one node ends when another deletes its share`, async () => {
    const { id, secret, text } = await filledShare()
    const items = [text("m", "p", "x".repeat(size)), text("m", "q", "more")]
    const arrived = JSON.stringify({ secret, data: items }).slice(0, -2)
    const { status } = await beginSync(id, arrived)
    const { receipt } = (await a.remove(id, secret)).body
    expect(receipt).toMatchObject({ objects: 1, final: false })
    expect(await within(status, 5_000, "the end of the sync")).toBe(410)
    expect(stored(id)).toEqual([])
  })
}

test("[D7] a receipt is final when nothing can come from another node any more, and counts what came", async () => {
  const { id, secret } = await filledShare()
  const { receipt } = (await a.remove(id, secret)).body
  expect(receipt).toMatchObject({ objects: 1, final: false, clearedAt: expect.any(String) })
  const margin = Date.parse(receipt.finalFrom ?? "") - Date.parse(receipt.revokedAt)
  expect(margin).toBe(LATE_PUT_MS)

  const late = segmentKey({ id, generation: 0 }, crypto.randomUUID())
  await createS3Store(cluster.s3Settings).put(late, bytes(7))
  ahead += margin + 1
  expect((await b.remove(id, secret)).body.receipt).toMatchObject({
    objects: 2,
    bytes: receipt.bytes + 7,
    final: true,
  })
  expect(stored(id)).toEqual([])
})

test("[D7] that is later than any put that had begun", () => {
  const { tries, timeoutMs, slowest } = PATIENCE
  const request = (size: number) => tries * (timeoutMs + size / slowest)
  // The last part, the completion, and the look whether it was done.
  expect(LATE_PUT_MS).toBeGreaterThan(request(PART_BYTES) + request(0) + request(0))
})

async function* bytes(count: number): AsyncIterable<Uint8Array> {
  yield new Uint8Array(count)
}
