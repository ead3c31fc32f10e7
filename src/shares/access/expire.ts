import { BY_ITSELF } from "../../protocol/audit.ts"
import type { Log, Machine, MetaStore, Notifier } from "../ports.ts"

/** Shares that are looked for at a time. */
const BATCH = 100

/** Turns shares whose time is over into tombstones. They are gone already: this is when their content follows. */
export function createExpirer({
  meta,
  machine,
  notifier,
  log,
  forget,
}: {
  meta: MetaStore
  machine: Machine
  notifier: Notifier
  log: Log
  /** Drops what is kept of a share's content. */
  forget(shareID: string): void
}) {
  return {
    /** Notes their deletions, which go on like any other. */
    async expireOverdue(): Promise<void> {
      for (;;) {
        const overdue = await meta.overdue(machine.now(), BATCH)
        for (const share of overdue) {
          const { shareID } = share
          // None when another node was faster, or it was given more time meanwhile.
          const at = machine.now()
          for (const id of await meta.expire(share, at, { ...BY_ITSELF, at, event: "expired" })) {
            forget(id)
            notifier.publish({ shareID: id, revision: 0, state: "expired" })
            log.info({ share: shareID }, "expired")
          }
        }
        if (overdue.length < BATCH) return
      }
    },
  }
}
