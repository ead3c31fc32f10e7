import { appendLine } from "../files.ts"

/** One thing that happened to a share. Never its content, its secrets or its link's key. */
export type AuditEntry =
  | { event: "shared" | "shared_again" | "recovered"; sessionID: string; shareID: string; server: string }
  | {
      event: "unshared"
      sessionID: string
      shareID: string
      server: string
      objects?: number
      bytes?: number
    }
  | { event: "redacted"; sessionID: string; shareID: string; kinds: string }
  | { event: "refused"; sessionID: string; reason: string }

export interface Audit {
  /** Must not throw: what cannot be written is logged. */
  record(entry: AuditEntry): void
}

export function createAudit({
  path,
  now,
  onError,
}: {
  /** Undefined: no audit. */
  path: string | undefined
  now: () => number
  onError: (error: unknown) => void
}): Audit {
  let writing: Promise<void> = Promise.resolve()
  return {
    record(entry) {
      if (path === undefined) return
      const line = JSON.stringify({ time: new Date(now()).toISOString(), ...entry })
      // One after the other, so that lines stand in the order of what they tell.
      writing = writing.then(() => appendLine(path, line)).catch(onError)
    },
  }
}
