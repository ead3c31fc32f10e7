import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { type BlobStore, type MetaStore, StorageError } from "../../src/shares/ports.ts"
import { segmentKey } from "../../src/shares/segment.ts"
import { once, STACKS, type Stack } from "./stack.ts"
import { newShare } from "./written-share.ts"

const DAY = 24 * 3600_000
const OWNER = { creator: "me", address: "here" }

// Several nodes at one deletion, and what they count.
describe.each(Object.entries(STACKS))("deletions: %s", (_, open) => {
  let stack: Stack
  beforeEach(async () => {
    stack = await open()
  })
  afterEach(() => stack.close())

  const plant = (key: string) => stack.blobs.put(key, once(new TextEncoder().encode("{}")))
  const failing = (): never => {
    throw new StorageError("blobs.delete", { retryable: true, cause: new Error("the store is away") })
  }

  async function shareOf(commits: number) {
    const share = await newShare(stack.node())
    for (let i = 0; i < commits; i++) await share.write(stack.node())
    return share
  }

  /** A share of the direct door with a living ticket, and objects that came by it. */
  async function directShare(shareID: string, objects: readonly string[] = []) {
    const reserved = await stack.node().reserve({ ...OWNER, shareID, sessionID: "ses_1", tickets: undefined })
    for (const name of objects) await plant(segmentKey(reserved.share, name))
    return {
      ...reserved,
      key: (name: string) => segmentKey(reserved.share, name),
      remove: (node = stack.node()) => node.revoke({ shareID, secret: reserved.secret }),
    }
  }

  test("[D2] two nodes that delete at once delete each object once, and tell the same", async () => {
    const share = await shareOf(5)
    const deleted: string[] = []
    const blobs: BlobStore = {
      ...stack.blobs,
      async delete(key) {
        deleted.push(key)
        await new Promise((resolve) => setTimeout(resolve, 20))
        await stack.blobs.delete(key)
      },
    }
    const nodes = Array.from({ length: 4 }, () => stack.node({ blobs }))
    const receipts = await Promise.all(nodes.map((node) => share.remove(node)))
    for (const receipt of receipts) {
      expect(receipt).toEqual(receipts[0])
      expect(receipt).toMatchObject({ objects: 5 })
    }
    expect(receipts[0]).toHaveProperty("clearedAt")
    expect(deleted).toHaveLength(5)
  })

  test("[D3] what a node that was cut off has begun, another finishes and counts once", async () => {
    const share = await shareOf(3)
    let cut = false
    const blobs: BlobStore = {
      ...stack.blobs,
      async delete(key) {
        if (cut) await new Promise(() => {})
        cut = true
        await stack.blobs.delete(key)
      },
    }
    share.remove(stack.node({ blobs })).catch(() => {})
    await expect.poll(() => stack.keys()).toHaveLength(2)
    const node = stack.node()
    await node.resumeDeletions()
    expect(await stack.keys()).toHaveLength(2)
    stack.clock.now += 31_000
    await node.resumeDeletions()
    expect(await stack.keys()).toEqual([])
    expect(await share.remove(node)).toMatchObject({ objects: 3 })
  })

  test("[D2] what comes late is counted once, however often deleting it fails", async () => {
    const share = await directShare("late-uploads", ["a", "b"])
    expect(await share.remove()).toMatchObject({ objects: 2, bytes: 4, final: false })
    for (const name of ["c", "d"]) await plant(share.key(name))
    stack.clock.now += DAY
    const blobs: BlobStore = {
      ...stack.blobs,
      delete: (key) => (key === share.key("d") ? failing() : stack.blobs.delete(key)),
    }
    for (let i = 0; i < 3; i++) await share.remove(stack.node({ blobs }))
    expect(await share.remove(stack.node({ blobs }))).toMatchObject({ objects: 4, bytes: 8, final: false })
    expect(await share.remove()).toMatchObject({ objects: 4, bytes: 8, final: true })
    expect(await stack.keys()).toEqual([])
  })

  test("[D2] what comes while the first deletion fails is counted as well", async () => {
    const share = await directShare("late-and-failing", ["a", "b"])
    const blobs: BlobStore = { ...stack.blobs, delete: failing }
    expect(await share.remove(stack.node({ blobs }))).toMatchObject({ objects: 2 })
    await plant(share.key("c"))
    expect(await share.remove()).toMatchObject({ objects: 3, bytes: 6 })
    stack.clock.now += DAY
    expect(await share.remove()).toMatchObject({ objects: 3, bytes: 6, final: true })
  })

  test("[D2] what a node of the version before has counted is not counted again", async () => {
    const share = await shareOf(3)
    const away: BlobStore = { ...stack.blobs, delete: failing }
    expect(await share.remove(stack.node({ blobs: away }))).toMatchObject({ objects: 3 })
    const meta: MetaStore = {
      ...stack.meta,
      async findDeletion(...which) {
        const deletion = await stack.meta.findDeletion(...which)
        return deletion && { ...deletion, pending: undefined }
      },
    }
    expect(await share.remove(stack.node({ meta }))).toMatchObject({ objects: 3 })
    expect(await stack.keys()).toEqual([])
  })

  /** Between two steps of a slow request the share is removed, and its id given again. */
  async function giveAgain(shareID: string): Promise<void> {
    const share = await stack.meta.findShare(shareID)
    if (share?.generation !== 0) return
    await stack.meta.revoke({ shareID, generation: 0 }, stack.clock.now)
    await stack.node().reserve({ ...OWNER, shareID, sessionID: "ses_2", tickets: [] })
  }

  test("[D1] a slow DELETE of a share does not remove the next one of its id", async () => {
    const share = await directShare("given-again")
    const meta: MetaStore = {
      ...stack.meta,
      async secrets(shareID, hash) {
        const secrets = await stack.meta.secrets(shareID, hash)
        await giveAgain(shareID)
        return secrets
      },
    }
    await expect(share.remove(stack.node({ meta }))).rejects.toMatchObject({ code: "not_found" })
    expect(await stack.meta.findShare("given-again")).toMatchObject({ state: "active", generation: 1 })
  })

  test("[P2] a slow request gets no ticket for a share that was removed, though its id was given again", async () => {
    const { secret } = await directShare("given-anew")
    const meta: MetaStore = {
      ...stack.meta,
      async noteTicket(ticket) {
        await giveAgain(ticket.shareID)
        return stack.meta.noteTicket(ticket)
      },
    }
    const slow = stack.node({ meta }).presign({ shareID: "given-anew", secret })
    await expect(slow).rejects.toMatchObject({ code: "gone" })
    expect(await stack.meta.findShare("given-anew")).toMatchObject({ generation: 1, plainUntil: undefined })
  })

  test("[P2] of a ticket and who wants the id after a day, the ticket counts", async () => {
    await directShare("left-for-a-day")
    stack.clock.now += 2 * DAY
    const meta: MetaStore = {
      ...stack.meta,
      async reuseShare(share, was) {
        await stack.meta.noteTicket({ shareID: share.id, generation: 0, until: stack.clock.now, plain: true })
        return stack.meta.reuseShare(share, was)
      },
    }
    const wanted = { ...OWNER, shareID: "left-for-a-day", sessionID: "ses_3", tickets: [] }
    await expect(stack.node({ meta }).reserve(wanted)).rejects.toMatchObject({ code: "conflict" })
    expect(await stack.meta.findShare("left-for-a-day")).toMatchObject({ generation: 0 })
  })

  test("[P8] who never merges is told to when there are too many segments", async () => {
    const { share, secret } = await directShare("never-merged")
    const [first] = await stack.meta.secrets(share.id)
    const writer = (await stack.meta.secrets(share.id)).find(({ scope }) => scope === "write") ?? first
    const sha256 = "a".repeat(64)
    const nameOf = (n: number) => `${String(n).padStart(36, "0")}.${sha256}`
    const segmentOf = (n: number) => ({
      id: nameOf(n),
      objectKey: segmentKey(share, nameOf(n)),
      items: 1,
      bytes: 2,
      contentBytes: 10,
      createdAt: stack.clock.now,
    })
    await stack.meta.commit({
      shareID: share.id,
      segments: Array.from({ length: 1_024 }, (_, n) => segmentOf(n)),
      secretHash: writer?.hash ?? "",
      at: stack.clock.now,
      metadata: undefined,
    })
    await plant(segmentKey(share, nameOf(2_000)))
    const uploaded = { segmentID: nameOf(2_000), sha256, bytes: 2, items: 1, contentBytes: 10 }
    const presign = (changes: object) =>
      stack.node().presign({ shareID: share.id, secret, tickets: [], ...changes })
    const commit = { segments: [uploaded], metadata: undefined }
    const refused = { code: "conflict", message: expect.stringContaining("merge first") }
    await expect(presign({ commit })).rejects.toMatchObject(refused)
    await plant(segmentKey(share, nameOf(3_000)))
    const merge = {
      replaces: [nameOf(0), nameOf(1)],
      epoch: 0,
      segment: { ...uploaded, segmentID: nameOf(3_000) },
    }
    await presign({ merge })
    expect(await presign({ commit })).toMatchObject({ revision: 1_025 })
  })
})
