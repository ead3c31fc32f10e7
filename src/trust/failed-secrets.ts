import type { AuditEntry } from "../protocol/audit.ts"

/** What somebody has tried that was not right. */
export interface FailedSecret {
  /** What it would have opened. */
  of: "share" | "token" | "admin"
  shareID?: string | undefined
  /** As the operator wants addresses kept. */
  address: string | undefined
}

/** One entry a minute for each address and share, however often somebody tries. */
const WINDOW_MS = 60_000
/** Addresses and shares that are told apart at a time; what is beyond is counted as one. */
const MOST_KEYS = 1_000

export interface FailedSecrets {
  count(failed: FailedSecret): void
  /** The entries that are due; with `all`, of windows that have not ended as well. */
  take(options?: { all: boolean }): AuditEntry[]
}

/** Counted in this process, and recorded in bulk: whoever guesses fills neither the audit nor memory. */
export function createFailedSecrets({ now }: { now: () => number }): FailedSecrets {
  const windows = new Map<string, FailedSecret & { since: number; count: number }>()

  return {
    count(failed) {
      const key = JSON.stringify([failed.of, failed.address, failed.shareID])
      const told = windows.size < MOST_KEYS || windows.has(key)
      const { of } = failed
      const [name, entry] = told ? [key, failed] : [of, { of, address: undefined }]
      const known = windows.get(name)
      if (known) known.count += 1
      else windows.set(name, { ...entry, since: now(), count: 1 })
    },
    take({ all } = { all: false }) {
      const at = now()
      const due = [...windows].filter(([, { since }]) => all || since + WINDOW_MS <= at)
      for (const [key] of due) windows.delete(key)
      return due.map(([, { of, shareID, address, count }]) => ({
        at,
        event: "failed_secrets",
        shareID,
        actor: "address",
        address,
        details: { of, count },
      }))
    },
  }
}
