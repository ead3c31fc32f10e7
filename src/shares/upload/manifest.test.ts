import { afterEach, beforeEach, expect, test } from "vitest"
import { openEmbedded, type Stack } from "../../../test/nodes/stack.ts"
import type { MetaStore } from "../ports.ts"

let stack: Stack
beforeEach(async () => {
  stack = await openEmbedded()
})
afterEach(() => stack.close())

/** An encrypted share whose list changes while somebody reads it: after the row and before the segments, so often. */
async function changingShare(times: number) {
  const node = stack.node()
  const who = { creator: "me", address: "here", shareID: undefined, sessionID: "ses_1" }
  const { share, secret } = await node.reserve({ ...who, encrypted: true, tickets: [] })
  const [write] = (await stack.meta.secrets(share.id)).filter(({ scope }) => scope === "write")
  let revision = 0
  const commit = async () => {
    const id = `${crypto.randomUUID()}.${"a".repeat(64)}`
    const segment = { id, objectKey: `x/${id}`, items: 1, bytes: 1, contentBytes: 1, createdAt: 1 }
    const done = await stack.meta.commit({
      shareID: share.id,
      segments: [segment],
      secretHash: write?.hash ?? "",
      at: 1,
      metadata: undefined,
      sealed: { revision, epoch: 0, head: `head-${revision + 1}` },
    })
    expect(done).toBe(++revision)
  }
  await commit()
  let left = times
  const meta: MetaStore = {
    ...stack.meta,
    async segments(...args) {
      if (left-- > 0) await commit()
      return stack.meta.segments(...args)
    },
  }
  return { node: stack.node({ meta }), shareID: share.id, secret }
}

test("[K2] list and head are of one moment, though a commit comes between their readings", async () => {
  const { node, shareID } = await changingShare(3)
  const { revision, head, segments } = await node.manifest({ shareID, secret: undefined })
  expect([revision, head, segments.length]).toEqual([4, "head-4", 4])
})

test("[K2] a share that changes without end is 503 and not a wrong list", async () => {
  const { node, shareID } = await changingShare(Number.POSITIVE_INFINITY)
  await expect(node.manifest({ shareID, secret: undefined })).rejects.toMatchObject({ code: "unavailable" })
})
