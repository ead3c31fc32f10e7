import type { Item } from "../protocol/item.ts"
import type { Receipt } from "../protocol/routes.ts"
import type { ActiveShare } from "./active.ts"
import { createAppender } from "./append/append.ts"
import { createCompactor } from "./compact/compact.ts"
import { createSweeper, type Swept } from "./compact/sweep.ts"
import { type CreateRequest, createCreator } from "./create/create.ts"
import type { BlobStore, Log, Machine, MetaStore, Notifier, RuleBox } from "./ports.ts"
import { createReader, type ShareReader } from "./read/read.ts"
import { createCleaner } from "./redact/cleaner.ts"
import { createRedactionDesk, type RedactionDesk } from "./redact/redact.ts"
import { createRulesReader } from "./redact/rules.ts"
import { createRevoker } from "./revoke/revoke.ts"
import { createDirectDoor, type DirectDoor } from "./upload/direct.ts"
import { createPlainForm } from "./upload/plain.ts"
import { createWatch } from "./upload/watch.ts"

/** Ended leases are kept so long, as nodes' clocks may differ. */
const ENDED_LEASE_MS = 3600_000

export interface SharesDeps {
  meta: MetaStore
  blobs: BlobStore
  notifier: Notifier
  machine: Machine
  ruleBox: RuleBox
  log: Log
  /** What one share may come to, uncompressed: reading it takes some times that in memory. Bytes. */
  maxShareBytes: number
}

/** What a share may do, whatever stands behind the ports. */
export interface Shares extends ShareReader, DirectDoor, RedactionDesk {
  /** A new share for a session, or a second secret to one that was created a moment ago. */
  create(request: CreateRequest): Promise<{ id: string; secret: string }>
  /** Appends what changed as one commit. Resolves to the revision that the share then has. */
  append(request: { shareID: string; secret: string; items: AsyncIterable<Item[]> }): Promise<number>
  /** Revokes the share and deletes what is stored for it. Repeatable. */
  revoke(request: { shareID: string; secret: string }): Promise<Receipt>
  /** Goes on with deletions that a crash or a failing store interrupted. */
  resumeDeletions(): Promise<void>
  /**
   * To be called about every minute: goes on with deletions and redactions, and deletes what merges have replaced.
   */
  upkeep(): Promise<void>
  /** To be called now and then: looks through the store for what nobody needs. One node at a time does it. */
  sweep(): Promise<Swept | undefined>
  /** The share with its metadata up to date. */
  describe(shareID: string): Promise<ActiveShare>
  watch: Notifier["subscribe"]
  isFresh: Notifier["isFresh"]
  /** Who watches is known to those who show the share; it is told and asked here. */
  setViewers: Notifier["setViewers"]
  viewers: Notifier["viewers"]
  /** Passing text, as it comes by. */
  hear: Notifier["hear"]
  /** Resolves when the writes that are under way have ended, well or not, and the merges that follow from them. */
  idle(): Promise<void>
  /** Gives up merges and sweeps, which lose nothing by it, and resolves when nothing is under way any more. */
  stop(): Promise<void>
}

export function createShares(deps: SharesDeps): Shares {
  const rulesOf = createRulesReader(deps)
  // What comes in behind a redaction, which it did not know of.
  const behind = (shareID: string) => cleaner.wake(shareID)
  const plain = createPlainForm({ ...deps, rulesOf, behind })
  const cleaner = createCleaner({ ...deps, plain, rulesOf })
  const reader = createReader({ ...deps, plain, rulesOf })
  const compactor = createCompactor({ ...deps, rulesOf })
  const appender = createAppender({
    ...deps,
    rulesOf,
    behind,
    committed: compactor.committed,
    room: compactor.room,
  })
  const settle = async (shareID: string) => {
    // An append may be waiting for a merge. A merge that begins now finds the share revoked.
    await compactor.settle(shareID)
    await appender.settle(shareID)
    await cleaner.settle(shareID)
  }
  const revoker = createRevoker({ ...deps, reader, settle })
  const sweeper = createSweeper(deps)
  const direct = createDirectDoor({ ...deps, rulesOf, behind })
  const desk = createRedactionDesk({ ...deps, reader, cleaner, rulesOf })
  const running = new Set<Promise<unknown>>()

  function track<T>(work: Promise<T>): Promise<T> {
    running.add(work)
    const done = () => running.delete(work)
    work.then(done, done)
    return work
  }

  async function upkeep(): Promise<void> {
    await revoker.resumeDeletions()
    await cleaner.resume()
    await sweeper.sweepSuperseded()
    await deps.meta.forgetLeases(deps.machine.now() - ENDED_LEASE_MS)
  }

  async function idle(): Promise<void> {
    await Promise.allSettled(running)
    await compactor.idle()
    await cleaner.idle()
  }

  return {
    ...reader,
    reserve: (request) => track(direct.reserve(request)),
    recover: (request) => track(direct.recover(request)),
    presign: (request) => track(direct.presign(request)),
    redact: (request) => track(desk.redact(request)),
    redactions: desk.redactions,
    pass: direct.pass,
    manifest: direct.manifest,
    findSegment: direct.findSegment,
    async describe(shareID) {
      const share = await reader.find(shareID)
      // What a plain object says of itself is known when it has been read.
      if (share.form !== "plain") return share
      await reader.read(shareID)
      return reader.find(shareID)
    },
    create: createCreator(deps),
    append: (request) => track(appender.append(request)),
    revoke: (request) => track(revoker.revoke(request)),
    resumeDeletions: () => track(revoker.resumeDeletions()),
    upkeep: () => track(upkeep()),
    sweep: () => track(sweeper.sweepOrphans()),
    idle,
    async stop() {
      sweeper.stop()
      await Promise.all([idle(), compactor.stop(), cleaner.stop()])
    },
    isFresh: deps.notifier.isFresh,
    setViewers: deps.notifier.setViewers,
    viewers: deps.notifier.viewers,
    hear: deps.notifier.hear,
    watch: createWatch({ ...deps, plain, now: deps.machine.now }),
  }
}
