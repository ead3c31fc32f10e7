import type { Finding } from "../../redaction/redactor.ts"
import type { KeyringEntry } from "../shares/keyring.ts"
import type { Audit } from "./audit.ts"
import { countKinds } from "./findings.ts"
import type { Notices } from "./notices.ts"

/** Tells what was removed from a share: the user once, the audit whenever there is something new. */
export interface FindingsReport {
  add(found: readonly Finding[]): void
  /** Tells the user now what would be told in a moment. */
  tell(): void
  stop(): void
}

/** The findings of a first reading arrive within this, and are told together. */
const TELL_AFTER_MS = 2_000

export function createFindingsReport(
  { sessionID, shareID }: Pick<KeyringEntry, "sessionID" | "shareID">,
  { audit, notices }: { audit: Audit; notices: Notices },
): FindingsReport {
  /** The same secret is the same placeholder: each is told of once. */
  const known = new Map<string, Finding>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let told = false

  function tell(): void {
    clearTimeout(timer)
    timer = undefined
    if (told || known.size === 0) return
    told = true
    const message = `Removed before sharing: ${countKinds(known.values())}.`
    notices.tell({ key: `findings ${shareID}`, variant: "info", message })
  }

  return {
    tell,
    add(found) {
      const fresh = found.filter(({ placeholder }) => !known.has(placeholder))
      for (const finding of fresh) known.set(finding.placeholder, finding)
      if (fresh.length === 0) return
      audit.record({ event: "redacted", sessionID, shareID, kinds: countKinds(fresh) })
      if (told || timer) return
      timer = setTimeout(tell, TELL_AFTER_MS)
      timer.unref?.()
    },
    stop: () => clearTimeout(timer),
  }
}
