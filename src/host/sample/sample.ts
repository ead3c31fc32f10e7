import { readItem } from "../../protocol/item.ts"
import type { Machine, MetaStore } from "../../shares/ports.ts"
import type { Shares } from "../../shares/shares.ts"
import sample from "./sample.json" with { type: "json" }

/** A recorded real session (scripts/record-sample.ts), so that a new server has something to look at. */
const SAMPLE_ID = "aSampleSessionToLookAt"

/** Makes sure that the sample share is there. Its secret is thrown away: nobody can write to it. */
export async function addSample(deps: {
  meta: MetaStore
  shares: Shares
  machine: Machine
}): Promise<string> {
  const { meta, shares, machine } = deps
  if ((await meta.findShare(SAMPLE_ID))?.revision) return SAMPLE_ID
  const secret = crypto.randomUUID()
  const share = { shareID: SAMPLE_ID, hash: machine.hash(secret), createdAt: machine.now() }
  if (await meta.findShare(SAMPLE_ID)) await meta.addSecret(share)
  else {
    await meta.createShare({
      id: SAMPLE_ID,
      sessionID: sample.sessionID,
      secretHash: share.hash,
      creator: "sample",
      address: "sample",
      createdAt: share.createdAt,
    })
  }
  const items = sample.items.map((item, at) => readItem(item, `sample.items[${at}]`))
  await shares.append({ shareID: SAMPLE_ID, secret, items: once(items) })
  return SAMPLE_ID
}

async function* once<T>(value: T): AsyncIterable<T> {
  yield value
}
