import type { Item } from "../protocol/item.ts"
import type { Receipt } from "../protocol/routes.ts"
import { type Admission, createAdmission } from "./access/admission.ts"
import { type ChangeRequest, createAccessChanger } from "./access/change.ts"
import { createExpirer } from "./access/expire.ts"
import { type ExpiryPolicy, NO_EXPIRY } from "./access/expiry-policy.ts"
import { createUnlocker } from "./access/unlock.ts"
import { createViewCounter } from "./access/views.ts"
import { withExpiry } from "./access/with-expiry.ts"
import type { ActiveShare } from "./active.ts"
import { createAppender } from "./append/append.ts"
import { createCompactor } from "./compact/compact.ts"
import { createSweeper, type Swept } from "./compact/sweep.ts"
import { type CreateRequest, createCreator } from "./create/create.ts"
import { jobLog } from "./job-log.ts"
import type { Meter } from "./meter.ts"
import { createHolderCheck, createHolderTest, type Holder, type Holding } from "./own/holder.ts"
import type { BlobStore, Keys, Log, Machine, MetaStore, Notifier, Quotas, ShareRow } from "./ports.ts"
import { createReader, type ShareReader } from "./read/read.ts"
import { createReissuer, type Reissued, type ReissueRequest } from "./recover/reissue.ts"
import { createCleaner } from "./redact/cleaner.ts"
import { createRedactionDesk, type RedactionDesk } from "./redact/redact.ts"
import { createRulesReader } from "./redact/rules.ts"
import {
  createRevoker,
  type OwnedRevocation,
  type RevokeRequest,
  type TakeDownRequest,
} from "./revoke/revoke.ts"
import { isAuthentic } from "./secret.ts"
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
  keys: Keys
  log: Log
  /** Told what happens; nobody is, unless given. */
  meter?: Meter
  /** How long shares stay; for ever unless told. */
  expiry?: ExpiryPolicy
  /** What one share may come to, uncompressed: reading it takes some times that in memory. Bytes. */
  maxShareBytes: number
  /** None unless told. */
  quotas?: Quotas
  /** Asked before a share is changed, once its secret has proven right; what it throws ends the request. */
  admitWriter?: (share: Pick<ShareRow, "creator" | "tokenID">) => Promise<void>
}

/** What a share may do, whatever stands behind the ports. */
export interface Shares extends ShareReader, DirectDoor, Admission, RedactionDesk {
  /** A new share for a session, or a second secret to one that was created a moment ago. */
  create(request: CreateRequest): Promise<{ id: string; secret: string }>
  /** Appends what changed as one commit. Resolves to the revision that the share then has. */
  append(request: { shareID: string; secret: string; items: AsyncIterable<Item[]> }): Promise<number>
  /** Whether the secret is one that may write to the share, whatever has become of that. */
  opens(request: { shareID: string; secret: string }): Promise<boolean>
  /** Revokes the share and deletes what is stored for it. Repeatable. */
  revoke(request: RevokeRequest): Promise<Receipt>
  /** Changes who may see a share, and for how long. */
  changeAccess(request: ChangeRequest): Promise<ActiveShare>
  /** Throws unless the share is one that asks for a password. */
  requireLocked(shareID: string): Promise<unknown>
  /** What opens a share that asks for a password. */
  unlock(request: { shareID: string; password: string }): Promise<string>
  /** Counts a view. It is noted some time later. */
  viewed(share: ActiveShare): void
  listPublic: MetaStore["listPublic"]
  listOwned: MetaStore["listOwned"]
  /** Whose shares somebody asks for. */
  findHolder(holding: Holding): Promise<Holder>
  /** Whether a share is theirs, at this moment. */
  holds(holder: Holder, share: Pick<ShareRow, "id" | "generation" | "creator">): Promise<boolean>
  /** Revokes for an owner who is known by other means than a secret. */
  revokeOwned(request: OwnedRevocation): Promise<Receipt>
  /** The same without a secret, for the operator. */
  takeDown(request: TakeDownRequest): Promise<Receipt>
  /** New secrets in the place of all that a share has, for the operator. */
  reissue(request: ReissueRequest): Promise<Reissued>
  /** Goes on with deletions that a crash or a failing store interrupted. */
  resumeDeletions(): Promise<void>
  /**
   * To be called about every minute: ends what has expired, goes on with deletions and redactions, and deletes what merges
   * have replaced.
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

export function createShares(given: SharesDeps): Shares {
  const { meta: rows, machine } = given
  const deps = { ...given, meta: withExpiry(rows, machine.now) }
  const { expiry = NO_EXPIRY, log } = given
  const rulesOf = createRulesReader(deps)
  // What comes in behind a redaction, which it did not know of.
  const behind = (shareID: string) => cleaner.wake(shareID)
  const plain = createPlainForm({ ...deps, rulesOf, behind })
  const cleaner = createCleaner({ ...deps, log: jobLog(log, "redaction"), plain, rulesOf })
  const reader = createReader({ ...deps, plain, rulesOf })
  const compactor = createCompactor({ ...deps, log: jobLog(log, "compaction"), rulesOf })
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
  const revoker = createRevoker({ ...deps, log: jobLog(log, "deletion"), reader, settle })
  const sweeper = createSweeper({ ...deps, log: jobLog(log, "sweep") })
  const direct = createDirectDoor({ ...deps, rulesOf, behind })
  const desk = createRedactionDesk({ ...deps, reader, cleaner, rulesOf })
  const admission = createAdmission(deps)
  const views = createViewCounter({ ...deps, log: jobLog(log, "views") })
  const expirer = createExpirer({ ...deps, log: jobLog(log, "expiry"), forget: reader.forget })
  const running = new Set<Promise<unknown>>()

  function track<T>(work: Promise<T>): Promise<T> {
    running.add(work)
    const done = () => running.delete(work)
    work.then(done, done)
    return work
  }

  async function upkeep(): Promise<void> {
    await views.flush()
    await expirer.expireOverdue()
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
    ...admission,
    changeAccess: createAccessChanger({ ...deps, expiry }),
    ...createUnlocker({ ...deps, admission }),
    viewed: views.count,
    listPublic: rows.listPublic,
    listOwned: rows.listOwned,
    findHolder: createHolderCheck(deps),
    holds: createHolderTest(deps),
    revokeOwned: (request) => track(revoker.revokeOwned(request)),
    reserve: (request) => track(direct.reserve(request)),
    recover: (request) => track(direct.recover(request)),
    presign: (request) => track(direct.presign(request)),
    redact: (request) => track(desk.redact(request)),
    redactSealed: (request) => track(desk.redactSealed(request)),
    putSealed: (request) => track(desk.putSealed(request)),
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
    opens: (request) => isAuthentic(deps, { ...request, to: "write" }),
    append: (request) => track(appender.append(request)),
    revoke: (request) => track(revoker.revoke(request)),
    takeDown: (request) => track(revoker.takeDown(request)),
    reissue: createReissuer(deps),
    resumeDeletions: () => track(revoker.resumeDeletions()),
    upkeep: () => track(upkeep()),
    sweep: () => track(sweeper.sweepOrphans()),
    idle,
    async stop() {
      sweeper.stop()
      await Promise.all([idle(), compactor.stop(), cleaner.stop()])
      await views.flush()
    },
    isFresh: deps.notifier.isFresh,
    setViewers: deps.notifier.setViewers,
    viewers: deps.notifier.viewers,
    hear: deps.notifier.hear,
    watch: createWatch({ ...deps, plain, now: deps.machine.now }),
  }
}
