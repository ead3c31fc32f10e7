import { afterEach, beforeEach, expect, test } from "vitest"
import { itemsOf } from "../../../test/items.ts"
import { openEmbedded, type Stack } from "../../../test/nodes/stack.ts"
import type { BlobStore } from "../ports.ts"
import { plainKey } from "../segment.ts"
import type { Shares } from "../shares.ts"

let stack: Stack
beforeEach(async () => {
  stack = await openEmbedded()
})
afterEach(() => stack.close())

async function* bytesOf(value: unknown): AsyncIterable<Uint8Array> {
  yield new TextEncoder().encode(JSON.stringify(value))
}

async function* each<T>(values: T[]): AsyncIterable<T> {
  yield* values
}

async function fill(node: Shares, sessionID: string) {
  const who = { creator: "me", address: "here", shareID: "given_again", tickets: undefined }
  const { share, secret } = await node.reserve({ sessionID, ...who })
  const data = { session: itemsOf(sessionID).session().data, messages: [] }
  await stack.blobs.put(plainKey(share), bytesOf(data))
  return { shareID: share.id, secret }
}

test("[P2] who is reading when an id is given again is shown the new share", async () => {
  const writer = stack.node()
  const first = await fill(writer, "ses_old")
  const again = { async before() {} }
  const blobs: BlobStore = {
    ...stack.blobs,
    async get(key) {
      // Whole in memory before anything happens to it, as a store's answer may be.
      const pieces: Uint8Array[] = []
      for await (const piece of (await stack.blobs.get(key)) ?? []) pieces.push(piece)
      await again.before()
      return each(pieces)
    },
  }
  again.before = async () => {
    again.before = async () => {}
    await writer.revoke(first)
    await fill(writer, "ses_new")
  }
  const { share, fold } = await stack.node({ blobs }).read(first.shareID)
  expect(share).toMatchObject({ generation: 1, sessionID: "ses_new" })
  expect([...fold.items()]).toEqual([itemsOf("ses_new").session()])
})
