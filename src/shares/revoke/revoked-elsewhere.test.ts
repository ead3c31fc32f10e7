import { afterEach, beforeEach, expect, test } from "vitest"
import { itemsOf } from "../../../test/items.ts"
import { openEmbedded, type Stack } from "../../../test/nodes/stack.ts"
import { newShare, type Written } from "../../../test/nodes/written-share.ts"
import { TEST_KEYS } from "../../../test/test-keys.ts"
import { waitFor, within } from "../../../test/wait.ts"
import { createLog } from "../../host/log.ts"
import { createMachine } from "../../host/machine.ts"
import type { Item } from "../../protocol/item.ts"
import { createInProcessNotifier } from "../../storage/notifier/in-process.ts"
import { createCompactor } from "../compact/compact.ts"
import type { BlobStore, Log } from "../ports.ts"
import { createRulesReader } from "../redact/rules.ts"

/** Nodes on one stack hear nothing of each other: what they are told here is all. */
let stack: Stack
beforeEach(async () => {
  stack = await openEmbedded()
})
afterEach(() => stack.close())

/** The stack's store, that notes which puts were carried out. */
function noted(blobs: Partial<BlobStore> = {}): { blobs: BlobStore; puts: string[] } {
  const puts: string[] = []
  const store = { ...stack.blobs, ...blobs }
  const put: BlobStore["put"] = async (key, body) => {
    const info = await store.put(key, body)
    puts.push(key)
    return info
  }
  return { blobs: { ...store, put }, puts }
}

/** A share of 16 commits that no node has merged: the one that writes it sees no merge through. */
async function unmerged(): Promise<Written> {
  const node = stack.node({ meta: { ...stack.meta, merge: async () => false } })
  const share = await newShare(node)
  for (let i = 0; i < 16; i++) await share.write(node)
  await node.idle()
  return share
}

test("[D6] a sync that took long to arrive is not put when its share was revoked meanwhile, unheard of", async () => {
  const share = await newShare(stack.node())
  await share.write(stack.node())
  const { text } = itemsOf("ses")
  let goOn = (): void => {}
  const pause = new Promise<void>((resolve) => {
    goOn = resolve
  })
  let paused = false
  async function* slowly(): AsyncIterable<Item[]> {
    yield [text("m", "p", "x".repeat(70_000))]
    yield [text("m", "q", "more")]
    paused = true
    await pause
    yield [text("m", "r", "the rest")]
  }
  const { blobs, puts } = noted()
  const append = stack.node({ blobs }).append({ shareID: share.id, secret: share.secret, items: slowly() })
  const failed = expect(append).rejects.toMatchObject({ code: "gone" })
  await waitFor("the sync to stall", () => paused)
  await share.remove(stack.node())
  goOn()
  await failed
  expect(puts).toEqual([])
  expect(await stack.keys()).toEqual([])
})

function compactorOn(blobs: BlobStore, warned: unknown[] = []) {
  const notifier = createInProcessNotifier()
  const log: Log = { ...createLog("silent"), warn: (fields) => void warned.push(fields) }
  const { meta, clock } = stack
  const machine = { ...createMachine(), now: () => clock.now }
  const compactor = createCompactor({
    meta,
    blobs,
    notifier,
    machine,
    log,
    rulesOf: createRulesReader({ meta, keys: TEST_KEYS }),
    keys: TEST_KEYS,
    maxShareBytes: 1,
  })
  return { compactor, notifier }
}

test("[D1] news that its share is revoked ends a merge, even while the store is silent", async () => {
  const share = await unmerged()
  let reading = false
  const get = () => {
    reading = true
    return new Promise<never>(() => {})
  }
  const warned: unknown[] = []
  const { blobs, puts } = noted({ get })
  const { compactor, notifier } = compactorOn(blobs, warned)
  compactor.committed({ id: share.id, door: "native" }, 16)
  await waitFor("the merge to read", () => reading)
  await share.remove(stack.node())
  notifier.publish({ shareID: share.id, revision: 16, state: "revoked" })
  await within(compactor.idle(), 5_000, "the end of the merge")
  expect([puts, warned]).toEqual([[], []])
})

test("[D1] a merge is not put when its share was revoked meanwhile, unheard of", async () => {
  const share = await unmerged()
  let goOn = (): void => {}
  const pause = new Promise<void>((resolve) => {
    goOn = resolve
  })
  let reading = false
  // Small segments are read whole before the put begins.
  const get: BlobStore["get"] = async (key) => {
    const blob = await stack.blobs.get(key)
    reading = true
    await pause
    return blob
  }
  const warned: unknown[] = []
  const { blobs, puts } = noted({ get })
  const { compactor } = compactorOn(blobs, warned)
  compactor.committed({ id: share.id, door: "native" }, 16)
  await waitFor("the merge to read", () => reading)
  // What is revoked is still there to be read.
  const list = () => {
    throw new Error("the store is away")
  }
  await share.remove(stack.node({ blobs: { ...stack.blobs, list } }))
  goOn()
  await compactor.idle()
  expect([puts, warned]).toEqual([[], []])
})
