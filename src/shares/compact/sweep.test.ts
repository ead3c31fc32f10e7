import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { once, openEmbedded, type Stack } from "../../../test/nodes/stack.ts"
import { checkWhole, newShare, type Written } from "../../../test/nodes/written-share.ts"
import { type BlobStore, type NewShare, StorageError } from "../ports.ts"
import { objectPrefix, ownerOf, plainKey, segmentKey } from "../segment.ts"
import type { Shares } from "../shares.ts"
import { ORPHAN_MS, SUPERSEDED_MS, SWEEP_EVERY_MS } from "./sweep.ts"

let stack: Stack
let node: Shares
beforeEach(async () => {
  stack = await openEmbedded()
  node = stack.node()
})
afterEach(() => stack.close())

async function shareOf(commits: number): Promise<Written> {
  const share = await newShare(node)
  for (let i = 0; i < commits; i++) await share.write(node)
  await node.idle()
  return share
}

/** A share of the direct door, as it is before anybody has committed to it. */
async function directShare(id: string): Promise<NewShare> {
  const share: NewShare = {
    id,
    sessionID: "ses_direct",
    door: "direct",
    secrets: [{ hash: "hash", scope: "write" }],
    creator: "me",
    address: "here",
    createdAt: stack.clock.now,
  }
  expect(await stack.meta.createShare(share)).toBe(true)
  return share
}

const plant = (key: string, text = "{}") => stack.blobs.put(key, once(new TextEncoder().encode(text)))
const failing = (error = new Error("the disk is away")): never => {
  throw new StorageError("blobs.delete", { retryable: true, cause: error })
}

describe("[L9] of what merges replaced", () => {
  test("nothing is deleted within fifteen minutes, and all of it afterwards", async () => {
    const share = await shareOf(16)
    expect(await stack.keys()).toHaveLength(17)
    stack.clock.now += SUPERSEDED_MS
    await node.upkeep()
    expect(await stack.keys()).toHaveLength(17)
    stack.clock.now += 1
    await node.upkeep()
    const segments = await stack.meta.segments(share.id)
    expect(await stack.keys()).toEqual(segments.map(({ objectKey }) => objectKey))
    expect(await stack.meta.superseded(Number.MAX_SAFE_INTEGER, 10)).toEqual([])
    expect(await checkWhole(share, stack.node())).toBe(16)
  })

  test("what cannot be deleted is told, holds up nothing, and is tried again", async () => {
    const share = await shareOf(16)
    stack.clock.now += SUPERSEDED_MS + 1
    const [stuck] = await stack.meta.superseded(stack.clock.now, 1)
    const blobs: BlobStore = {
      ...stack.blobs,
      delete: (key) => (key === stuck?.objectKey ? failing() : stack.blobs.delete(key)),
    }
    await expect(stack.node({ blobs }).upkeep()).rejects.toMatchObject({ op: "blobs.delete" })
    expect(await stack.keys()).toHaveLength(2)
    await node.upkeep()
    expect(await stack.keys()).toHaveLength(1)
    expect(await checkWhole(share, stack.node())).toBe(16)
  })
})

describe("[L9] a sweep", () => {
  test("deletes what nobody has committed for two hours, and nothing else", async () => {
    const share = await shareOf(17)
    const owner = { id: share.id, generation: 0 }
    await plant(segmentKey(owner, "old"))
    stack.clock.now += ORPHAN_MS
    await plant(segmentKey(owner, "young"))
    const before = await stack.keys()
    expect(await node.sweep()).toEqual({ objects: 20, deleted: 0, bytes: 0, unknown: 0, failed: 0 })
    expect(await stack.keys()).toEqual(before)
    stack.clock.now += SWEEP_EVERY_MS
    // Whoever holds the key of what a merge replaced may still read it: `upkeep` sees to those.
    expect(await node.sweep()).toEqual({ objects: 20, deleted: 2, bytes: 4, unknown: 0, failed: 0 })
    expect(await stack.keys()).toEqual([...(await stack.meta.liveObjects(share.id))].sort())
    expect(await checkWhole(share, stack.node())).toBe(17)
  })

  test("leaves a plain object, of which its share may not know yet, until the share is one of segments", async () => {
    const share = await directShare("share-of-a-plain-client")
    await stack.meta.noteTicket({ shareID: share.id, generation: 0, until: stack.clock.now, plain: true })
    await plant(plainKey({ id: share.id, generation: 0 }))
    stack.clock.now += SWEEP_EVERY_MS
    expect(await node.sweep()).toMatchObject({ objects: 1, deleted: 0 })

    const objectKey = segmentKey({ id: share.id, generation: 0 }, "first")
    await plant(objectKey)
    const at = stack.clock.now
    const segment = { id: "first", objectKey, items: 0, bytes: 2, contentBytes: 2, createdAt: at }
    await stack.meta.commit({
      shareID: share.id,
      segments: [segment],
      secretHash: "hash",
      at,
      metadata: undefined,
    })
    stack.clock.now += SWEEP_EVERY_MS
    expect(await node.sweep()).toMatchObject({ objects: 2, deleted: 1 })
    expect(await stack.keys("")).toEqual([objectKey])
  })

  test("leaves alone, and counts, what belongs to no share that the database knows", async () => {
    await directShare("a-share-that-is-known")
    const foreign = [
      "sessions/a-share-that-is-known.1.json",
      "sessions/another-database.json",
      "sessions/readme.txt",
      "shares/another-database/segments/x.ndjson.br",
      "shares/short/segments/x.ndjson.br",
    ]
    for (const key of foreign) await plant(key)
    stack.clock.now += SWEEP_EVERY_MS
    expect(await node.sweep()).toEqual({ objects: 5, deleted: 0, bytes: 0, unknown: 5, failed: 0 })
    expect(await stack.keys("")).toEqual(foreign)
  })

  test("takes what came behind a finished deletion, and leaves to a deletion what it has still to count", async () => {
    const share = await shareOf(2)
    const late = segmentKey({ id: share.id, generation: 0 }, "late")
    const away: BlobStore = { ...stack.blobs, delete: () => failing() }
    expect(await share.remove(stack.node({ blobs: away }))).toMatchObject({ final: false })
    stack.clock.now += SWEEP_EVERY_MS
    expect(await node.sweep()).toMatchObject({ objects: 2, deleted: 0 })
    await node.upkeep()
    expect(await share.remove(node)).toMatchObject({ objects: 2, final: true })

    await plant(late)
    stack.clock.now += SWEEP_EVERY_MS
    // It asks for the one deletion: there may be very many.
    const meta = { ...stack.meta, unfinishedDeletions: () => Promise.reject(new Error("asked for all")) }
    expect(await stack.node({ meta }).sweep()).toMatchObject({ objects: 1, deleted: 1 })
    expect(await stack.keys()).toEqual([])
  })

  test("takes what is left of an id's earlier share, and nothing of its present one", async () => {
    const share = await directShare("an-id-that-is-given-again")
    expect(await stack.meta.reuseShare(share, { generation: 0, state: "active" })).toBe(true)
    await node.upkeep()
    await plant(plainKey({ id: share.id, generation: 0 }))
    await plant(plainKey({ id: share.id, generation: 1 }))
    stack.clock.now += SWEEP_EVERY_MS
    expect(await node.sweep()).toMatchObject({ objects: 2, deleted: 1 })
    expect(await stack.keys("")).toEqual([plainKey({ id: share.id, generation: 1 })])
  })

  test("is made by one node at a time", async () => {
    const sweeps = await Promise.all([node.sweep(), stack.node().sweep(), stack.node().sweep()])
    expect(sweeps.filter((swept) => swept !== undefined)).toHaveLength(1)
    stack.clock.now += SWEEP_EVERY_MS - 1
    expect(await node.sweep()).toBeUndefined()
    stack.clock.now += 1
    expect(await node.sweep()).toBeDefined()
  })

  test("goes on behind what cannot be deleted", async () => {
    const shares = [await shareOf(1), await shareOf(1), await shareOf(1)]
    for (const { id } of shares) await plant(segmentKey({ id, generation: 0 }, "left"))
    stack.clock.now += SWEEP_EVERY_MS
    const stuck = shares[1]?.id ?? ""
    const blobs: BlobStore = {
      ...stack.blobs,
      delete: (key) => (key.includes(stuck) ? failing() : stack.blobs.delete(key)),
    }
    expect(await stack.node({ blobs }).sweep()).toMatchObject({ objects: 6, deleted: 2, failed: 2 })
    stack.clock.now += SWEEP_EVERY_MS
    expect(await node.sweep()).toMatchObject({ objects: 4, deleted: 1, failed: 0 })
  })

  test("looks through more than it holds at a time", async () => {
    const shares = await Promise.all(Array.from({ length: 8 }, () => shareOf(1)))
    const owners = shares.map(({ id }) => ({ id, generation: 0 }))
    for (let i = 0; i < 150; i++) {
      await Promise.all(owners.map((owner) => plant(segmentKey(owner, `left-${i}`))))
    }
    stack.clock.now += SWEEP_EVERY_MS
    let [underWay, most] = [0, 0]
    const blobs: BlobStore = {
      ...stack.blobs,
      async delete(key) {
        most = Math.max(most, ++underWay)
        await stack.blobs.delete(key)
        underWay--
      },
    }
    expect(await stack.node({ blobs }).sweep()).toMatchObject({ objects: 1208, deleted: 1200, failed: 0 })
    expect(await stack.keys()).toHaveLength(8)
    expect(most).toBe(4)
  })
})

test("an object's key says whose it is", () => {
  for (const owner of [
    { id: "abcdefgh", generation: 0 },
    { id: "Share-of_22-characters", generation: 12 },
  ]) {
    expect(ownerOf(segmentKey(owner, "x"))).toEqual({ ...owner, form: "log" })
    expect(ownerOf(`${objectPrefix(owner)}anything/else`)).toEqual({ ...owner, form: "log" })
    expect(ownerOf(plainKey(owner))).toEqual({ ...owner, form: "plain" })
  }
  for (const key of [
    "shares/abcdefgh",
    "shares/abcdefgh.1.2/x",
    "sessions/abcdefgh.x.json",
    "else/abcdefgh/x",
  ]) {
    expect(ownerOf(key)).toBeUndefined()
  }
})
