import type { ErrorCode } from "../protocol/errors.ts"
import type { ShareDoor } from "./ports.ts"

/** What a merge came to: `refused` when its share has changed under it, or another node was faster. */
export type MergeOutcome = "merged" | "refused" | "failed"

/** Why objects were deleted: merged into others, left by nobody, or of a share that was revoked. */
export type DeletionReason = "superseded" | "orphaned" | "revoked"

/** What a node does by itself. */
export type JobName = "upkeep" | "sweep"

/**
 * Told what the server does, where it does it. It hears numbers and words of closed lists only: never an id, an address or
 * a secret. Contract: must not throw, and costs next to nothing.
 */
export interface Meter {
  /** `ms`: until the answer began. */
  answered(request: { method: string; route: string; status: number; ms: number }): void
  /** Bytes on the wire, head and all, once an answer is through or has broken off. */
  sent(answer: { route: string; bytes: number }): void
  refused(code: ErrorCode): void
  /** How many follow shares on this node from now on. */
  streams(open: number): void
  /** Bytes as stored, and uncompressed. */
  committed(commit: {
    door: ShareDoor
    segments: number
    items: number
    bytes: number
    contentBytes: number
  }): void
  merged(outcome: MergeOutcome): void
  deleted(deletion: { reason: DeletionReason; objects: number }): void
  job(run: { name: JobName; ok: boolean; ms: number }): void
}

/** For those who do not ask. */
export const NO_METER: Meter = {
  answered() {},
  sent() {},
  refused() {},
  streams() {},
  committed() {},
  merged() {},
  deleted() {},
  job() {},
}
