import { readShareData } from "../../protocol/share-data.ts"
import type { ActiveShare } from "../active.ts"
import type { BlobStore, MetaStore } from "../ports.ts"
import { plainKey } from "../segment.ts"
import type { PlainForm } from "../upload/plain.ts"
import { redactShareData } from "./redact-share-data.ts"
import type { ShareRules } from "./rules.ts"
import { createTally } from "./tally.ts"

/** Readings of an object that its client replaces again and again; the next upkeep goes on. */
const MOST_TRIES = 8

/**
 * Makes the plain object one that holds nothing that the rules find. Its client may put another at any moment, telling
 * nobody: so that is looked for just before, and what it then puts is another version, which is looked at in its turn.
 */
export function createPlainRewriter(deps: { meta: MetaStore; blobs: BlobStore; plain: PlainForm }) {
  const { meta, blobs, plain } = deps

  return async ({ share, rules }: { share: ActiveShare; rules: ShareRules }): Promise<void> => {
    const key = plainKey(share)
    const named = { shareID: share.id, generation: share.generation, redactions: rules.count }
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const seen = await plain.see(share)
      const version = seen.plain?.version
      if (version === undefined) return
      const value = await plain.readJson(seen)
      for (const _ of readShareData(value, seen.sessionID));
      const tally = createTally()
      const clean = redactShareData(value, rules, tally.add)
      if ((await blobs.head(key))?.version !== version) continue
      const found = tally.plain()
      const by = found.items > 0 ? await put(key, JSON.stringify(clean)) : undefined
      if (await meta.redactPlain({ ...named, version, by, tally: found })) return
    }
  }

  async function put(key: string, json: string): Promise<{ version: string; bytes: number } | undefined> {
    await blobs.put(key, once(new TextEncoder().encode(json)))
    const stored = await blobs.head(key)
    // Its client's by now, should that be another: then the row is of no version that is there, and the next look says so.
    return stored && { version: stored.version, bytes: stored.size }
  }
}

async function* once<T>(value: T): AsyncIterable<T> {
  yield value
}
