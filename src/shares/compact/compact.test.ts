import { afterEach, beforeEach, expect, test } from "vitest"
import { itemsOf } from "../../../test/items.ts"
import { once, openEmbedded, type Stack } from "../../../test/nodes/stack.ts"
import { checkWhole, newShare, type Written } from "../../../test/nodes/written-share.ts"
import { TEST_KEYS } from "../../../test/test-keys.ts"
import { waitFor } from "../../../test/wait.ts"
import { createLog } from "../../host/log.ts"
import { createMachine } from "../../host/machine.ts"
import type { Item } from "../../protocol/item.ts"
import { createInProcessNotifier } from "../../storage/notifier/in-process.ts"
import { type BlobStore, type MetaStore, StorageError } from "../ports.ts"
import { readSegments } from "../read/read-segments.ts"
import { createRulesReader } from "../redact/rules.ts"
import type { Shares } from "../shares.ts"
import { COMMITTABLE_MS } from "../upload-times.ts"
import { createCompactor } from "./compact.ts"

let stack: Stack
beforeEach(async () => {
  stack = await openEmbedded()
})
afterEach(() => stack.close())

async function shareOf(commits: number, node: Shares): Promise<Written> {
  const share = await newShare(node)
  for (let i = 0; i < commits; i++) await share.write(node)
  return share
}

function compactorOn(ports: { meta?: MetaStore; blobs?: BlobStore }, { now = () => stack.clock.now } = {}) {
  return createCompactor({
    meta: stack.meta,
    blobs: stack.blobs,
    notifier: createInProcessNotifier(),
    machine: { ...createMachine(), now },
    log: createLog("silent"),
    rulesOf: createRulesReader({ meta: ports.meta ?? stack.meta, keys: TEST_KEYS }),
    keys: TEST_KEYS,
    maxShareBytes: 1,
    ...ports,
  })
}

/** A share of 16 commits that no node has merged: the one that writes it sees no merge through. */
async function unmerged(): Promise<Written> {
  const meta = { ...stack.meta, merge: async () => false }
  const node = stack.node({ meta })
  const share = await shareOf(16, node)
  await node.idle()
  expect(await stack.meta.segments(share.id)).toHaveLength(16)
  return share
}

const native = (share: Written) => ({ id: share.id, door: "native" as const })

/** Something to wait for, and the switch that ends the waiting. */
function gate(): { passed: Promise<void>; open(): void } {
  let open = (): void => {}
  const passed = new Promise<void>((resolve) => {
    open = resolve
  })
  return { passed, open }
}

test("[L7] the sixteenth sync makes one segment of all, which says exactly what it holds", async () => {
  const node = stack.node()
  const share = await shareOf(16, node)
  await node.idle()
  const segments = await stack.meta.segments(share.id)
  expect(segments).toMatchObject([{ firstRevision: 1, lastRevision: 16 }])
  let [items, contentBytes] = [0, 0]
  const deps = { blobs: stack.blobs, machine: createMachine() }
  for await (const batch of readSegments(deps, { segments, door: "native" })) {
    items += batch.items.length
    for (const item of batch.items) contentBytes += JSON.stringify(item).length
  }
  const stored = await stack.blobs.head(segments[0]?.objectKey ?? "")
  expect(segments).toMatchObject([{ items, contentBytes, bytes: stored?.size }])
  // A session, 16 messages, and the last versions of four parts.
  expect(items).toBe(1 + 16 + 4)
  expect(await checkWhole(share, stack.node())).toBe(16)
})

test("[L8] a merge of large segments, read twice, says the same", async () => {
  const node = stack.node()
  const share = await newShare(node)
  for (let i = 0; i < 16; i++) await share.write(node, "x".repeat(300_000))
  await node.idle()
  expect(await stack.meta.segments(share.id)).toHaveLength(1)
  expect(await checkWhole(share, stack.node())).toBe(16)
})

test("[L8] whoever knows a share from inside of what was merged reads it anew", async () => {
  const [a, b] = [stack.node(), stack.node()]
  const { session, user, text } = itemsOf("ses_straddled")
  const { id, secret } = await a.create({ sessionID: "ses_straddled", creator: "me", address: "here" })
  const sync = (node: Shares, ...items: Item[]) => node.append({ shareID: id, secret, items: once(items) })
  const ref = { id: "prt", messageID: "msg", sessionID: "ses_straddled" }
  await sync(a, session(), user("msg"))
  await sync(b, text("msg", "prt", "taken back"))
  expect([...(await b.read(id)).fold.items()]).toHaveLength(3)
  await sync(a, { type: "part_removed", data: ref })
  for (let n = 4; n <= 16; n++) await sync(a, session({ title: `title ${n}` }))
  await a.idle()
  expect(await stack.meta.segments(id)).toHaveLength(1)
  const left = [session({ title: "title 16" }), user("msg")]
  // What is merged says more than what is new, and nothing of what it left out.
  expect((await b.readSince(id, 2)).changed).toEqual(new Set(["session/ses_straddled", "message/msg"]))
  expect([...(await b.read(id)).fold.items()]).toEqual(left)
  // The node that knew it before its removal must not take it for what is stored already.
  expect(await sync(b, text("msg", "prt", "taken back"))).toBe(17)
  expect([...(await a.read(id)).fold.items()]).toEqual([...left, text("msg", "prt", "taken back")])
})

test("[L7] a sync does not wait for a merge", async () => {
  const { passed, open } = gate()
  const meta: MetaStore = {
    ...stack.meta,
    merge: async (merge) => {
      await passed
      return stack.meta.merge(merge)
    },
  }
  const node = stack.node({ meta })
  const share = await shareOf(20, node)
  expect(await stack.meta.segments(share.id)).toHaveLength(20)
  open()
  await node.idle()
  expect(await stack.meta.segments(share.id)).toHaveLength(5)
  expect(await checkWhole(share, node)).toBe(20)
})

test("[L7] two nodes that merge one share at once make one segment, and leave no other object", async () => {
  const share = await unmerged()
  const nodes = [compactorOn({}), compactorOn({}), compactorOn({})]
  for (const node of nodes) node.committed(native(share), 16)
  for (const node of nodes) await node.idle()
  expect(await stack.meta.segments(share.id)).toHaveLength(1)
  expect(await stack.keys()).toEqual([...(await stack.meta.liveObjects(share.id))].sort())
  expect(await checkWhole(share, stack.node())).toBe(16)
})

test("an object whose row may be there is not deleted", async () => {
  const share = await unmerged()
  const meta: MetaStore = {
    ...stack.meta,
    async merge(merge) {
      await stack.meta.merge(merge)
      throw new StorageError("meta.merge", { retryable: true, cause: new Error("the answer was lost") })
    },
  }
  const compactor = compactorOn({ meta })
  compactor.committed(native(share), 16)
  await compactor.idle()
  expect(await stack.meta.segments(share.id)).toHaveLength(1)
  expect(await checkWhole(share, stack.node())).toBe(16)
})

test("a merge that takes so long that a sweep may take its object is given up", async () => {
  const share = await unmerged()
  let now = stack.clock.now
  const blobs: BlobStore = {
    ...stack.blobs,
    async put(key, body) {
      const info = await stack.blobs.put(key, body)
      now += COMMITTABLE_MS
      return info
    },
  }
  const compactor = compactorOn({ blobs }, { now: () => now })
  compactor.committed(native(share), 16)
  await compactor.idle()
  expect(await stack.meta.segments(share.id)).toHaveLength(16)
  expect(await stack.keys()).toHaveLength(16)
})

test("[D1] a revocation ends a merge that is under way, and finds all that it put", async () => {
  const { passed: reading, open: reach } = gate()
  // The store falls silent while it is read.
  const blobs: BlobStore = {
    ...stack.blobs,
    get() {
      reach()
      return new Promise(() => {})
    },
  }
  const node = stack.node({ blobs })
  const share = await shareOf(16, node)
  await reading
  expect(await share.remove(node)).toMatchObject({ objects: 16, final: true })
  await node.idle()
  expect(await stack.keys()).toEqual([])
})

test("[D1] a revocation waits for what a merge is putting", async () => {
  const { passed, open } = gate()
  const { passed: putting, open: reach } = gate()
  let puts = 0
  const blobs: BlobStore = {
    ...stack.blobs,
    async put(key, body) {
      if (++puts > 16) {
        reach()
        await passed
      }
      return stack.blobs.put(key, body)
    },
  }
  const node = stack.node({ blobs })
  const share = await shareOf(16, node)
  await putting
  const removed = share.remove(node)
  await waitFor("the revocation", async () => (await stack.meta.findShare(share.id))?.state === "revoked")
  open()
  expect(await removed).toMatchObject({ objects: 16, final: true })
  expect(await stack.keys()).toEqual([])
})

test("[D1] what a merge puts while its share is revoked on another node does not stay", async () => {
  const share = await unmerged()
  const { passed, open } = gate()
  const { passed: putting, open: reach } = gate()
  const blobs: BlobStore = {
    ...stack.blobs,
    async put(key, body) {
      reach()
      await passed
      return stack.blobs.put(key, body)
    },
  }
  const compactor = compactorOn({ blobs })
  compactor.committed(native(share), 16)
  await putting
  expect(await share.remove(stack.node())).toMatchObject({ objects: 16, final: true })
  open()
  await compactor.idle()
  expect(await stack.keys()).toEqual([])
})

test("a node that stops gives up its merges, and leaves nothing of them", async () => {
  const share = await unmerged()
  let reads = 0
  const blobs: BlobStore = {
    ...stack.blobs,
    get() {
      reads++
      return new Promise(() => {})
    },
  }
  const compactor = compactorOn({ blobs })
  compactor.committed(native(share), 16)
  await waitFor("the merge to read", () => reads > 0)
  await compactor.stop()
  compactor.committed(native(share), 32)
  await compactor.idle()
  expect(await stack.meta.segments(share.id)).toHaveLength(16)
  expect(await stack.keys()).toHaveLength(16)
})

test("[L7] a merge that failed is tried again four syncs later", async () => {
  let away = true
  const blobs: BlobStore = {
    ...stack.blobs,
    get(key) {
      if (!away) return stack.blobs.get(key)
      throw new StorageError("blobs.get", { retryable: true, cause: new Error("the store is away") })
    },
  }
  const node = stack.node({ blobs })
  const share = await shareOf(19, node)
  await node.idle()
  away = false
  await share.write(node)
  await node.idle()
  expect(await stack.meta.segments(share.id)).toHaveLength(1 + 4)
  expect(await checkWhole(share, stack.node())).toBe(20)
})

test("[L7] what another node left unmerged is merged with what comes later", async () => {
  const share = await unmerged()
  const node = stack.node()
  for (let i = 0; i < 16; i++) await share.write(node)
  await node.idle()
  expect(await stack.meta.segments(share.id)).toHaveLength(2)
  expect(await checkWhole(share, stack.node())).toBe(32)
})

test("[P5] the direct door's client merges its own share", async () => {
  const share = await unmerged()
  const compactor = compactorOn({})
  compactor.committed({ id: share.id, door: "direct" }, 16)
  await compactor.idle()
  expect(await stack.meta.segments(share.id)).toHaveLength(16)
})

test("[L7] who commits faster than can be merged waits, so that the manifest stays short", async () => {
  const { passed, open } = gate()
  const meta: MetaStore = {
    ...stack.meta,
    async merge(request) {
      await passed
      return stack.meta.merge(request)
    },
  }
  const node = stack.node({ meta })
  const share = await shareOf(32, node)
  let done = false
  const next = share.write(node).then(() => {
    done = true
  })
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(done).toBe(false)
  expect(await stack.meta.segments(share.id)).toHaveLength(32)
  open()
  await next
  await node.idle()
  expect((await stack.meta.segments(share.id)).length).toBeLessThanOrEqual(3)
  expect(await checkWhole(share, stack.node())).toBe(33)
})

test("[L7] nobody waits for merges that fail, nor when the server stops", async () => {
  const meta: MetaStore = {
    ...stack.meta,
    merge: () =>
      Promise.reject(new StorageError("meta.merge", { retryable: true, cause: new Error("away") })),
  }
  const node = stack.node({ meta })
  const share = await shareOf(70, node)
  expect(await stack.meta.segments(share.id)).toHaveLength(70)

  const { passed, open } = gate()
  const stuck = stack.node({ meta: { ...stack.meta, merge: () => passed.then(() => false) } })
  const held = await shareOf(32, stuck)
  const waiting = held.write(stuck)
  const stopped = stuck.stop()
  open()
  await Promise.all([waiting, stopped])
  expect(await checkWhole(held, stack.node())).toBe(33)
})
