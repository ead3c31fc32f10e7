import { gone } from "../protocol/errors.ts"
import type { ShareRow } from "./ports.ts"

/** A share that exists and may be read. */
export type ActiveShare = ShareRow & {
  state: "active"
  sessionID: string
  /** Whether news tells of every change. An object of the plain form changes without anybody being told. */
  settled: boolean
}

/** Throws `gone`. */
export function requireActive(share: ShareRow): ActiveShare {
  const { state, sessionID } = share
  if (state !== "active" || sessionID === undefined) throw gone(share)
  return {
    ...share,
    state,
    sessionID,
    settled: share.door === "native" || share.form === "log" || share.encrypted,
  }
}
