import { ShareError } from "../../protocol/errors.ts"
import { readItem } from "../../protocol/item.ts"
import type { Machine, MetaStore } from "../../shares/ports.ts"
import type { Shares } from "../../shares/shares.ts"
import sample from "./sample.json" with { type: "json" }

/** A recorded real session (scripts/record-sample.ts), so that a new server has something to look at. */
const SAMPLE_ID = "aSampleSessionToLookAt"

interface SampleDeps {
  meta: MetaStore
  shares: Shares
  machine: Machine
}

/**
 * Makes sure that the sample share is there, whichever of several nodes that start at once makes it. Undefined when the
 * instance has no room for it, which is no reason not to start.
 */
export async function addSample(deps: SampleDeps): Promise<string | undefined> {
  for (let attempt = 0; ; attempt++) {
    try {
      await fillSample(deps)
      return SAMPLE_ID
    } catch (error) {
      if (error instanceof ShareError && error.code === "quota_exceeded") return undefined
      // Another node was quicker with a step of this; there are three of them.
      if (attempt === 3 || !(await deps.meta.findShare(SAMPLE_ID))) throw error
    }
  }
}

/** Its secret is thrown away: nobody can write to it. */
async function fillSample({ meta, shares, machine }: SampleDeps): Promise<void> {
  const share = await meta.findShare(SAMPLE_ID)
  if (share && (share.revision > 0 || share.state !== "active")) return
  const secret = crypto.randomUUID()
  const [hash, createdAt] = [machine.hash(secret), machine.now()]
  const { sessionID } = sample
  const owner = { creator: "sample", address: "sample" }
  const hashed = { hash, scope: "write" } as const
  if (share) await meta.addSecret({ shareID: SAMPLE_ID, ...hashed, createdAt })
  else {
    const fresh = {
      id: SAMPLE_ID,
      sessionID,
      door: "native",
      secrets: [hashed],
      createdAt,
      ...owner,
    } as const
    // When another node was quicker, the secret is not the share's, and the attempt fails.
    await meta.createShare(fresh)
  }
  const items = sample.items.map((item, at) => readItem(item, `sample.items[${at}]`))
  await shares.append({ shareID: SAMPLE_ID, secret, items: once(items) })
}

async function* once<T>(value: T): AsyncIterable<T> {
  yield value
}
