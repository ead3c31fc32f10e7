import type { Item } from "../protocol/item.ts"
import type { Receipt } from "../protocol/routes.ts"
import { createAppender } from "./append.ts"
import { type CreateRequest, createCreator } from "./create.ts"
import type { BlobStore, Log, Machine, MetaStore, Notifier } from "./ports.ts"
import { createReader, type ShareReader } from "./read.ts"
import { createRevoker } from "./revoke.ts"

export interface SharesDeps {
  meta: MetaStore
  blobs: BlobStore
  notifier: Notifier
  machine: Machine
  log: Log
  /** What one share may come to, uncompressed: reading it takes some times that in memory. Bytes. */
  maxShareBytes: number
}

/** What a share may do, whatever stands behind the ports. */
export interface Shares extends ShareReader {
  /** A new share for a session, or a second secret to one that was created a moment ago. */
  create(request: CreateRequest): Promise<{ id: string; secret: string }>
  /** Appends what changed as one commit. Resolves to the revision that the share then has. */
  append(request: { shareID: string; secret: string; items: AsyncIterable<Item[]> }): Promise<number>
  /** Revokes the share and deletes what is stored for it. Repeatable. */
  revoke(request: { shareID: string; secret: string }): Promise<Receipt>
  /** Goes on with deletions that a crash or a failing store interrupted. */
  resumeDeletions(): Promise<void>
  watch: Notifier["subscribe"]
  /** Resolves when the writes that are under way have ended, well or not. */
  idle(): Promise<void>
}

export function createShares(deps: SharesDeps): Shares {
  const reader = createReader(deps)
  const appender = createAppender(deps)
  const revoker = createRevoker({ ...deps, reader, settle: appender.settle })
  const running = new Set<Promise<unknown>>()

  function track<T>(work: Promise<T>): Promise<T> {
    running.add(work)
    const done = () => running.delete(work)
    work.then(done, done)
    return work
  }

  return {
    ...reader,
    create: createCreator(deps),
    append: (request) => track(appender.append(request)),
    revoke: (request) => track(revoker.revoke(request)),
    resumeDeletions: () => track(revoker.resumeDeletions()),
    idle: async () => void (await Promise.allSettled(running)),
    watch: deps.notifier.subscribe,
  }
}
