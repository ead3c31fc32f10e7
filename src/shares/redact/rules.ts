import { type RedactionRule, readRedactionRule } from "../../protocol/redaction-rule.ts"
import { createOwnersRedaction, type OwnersRedaction } from "../../redaction/owners-redaction.ts"
import { type MetaStore, type RuleBox, type ShareRow, StorageError } from "../ports.ts"
import { createRecent } from "../recent.ts"

/** The rules that a share has at a moment, ready to be gone by. */
export interface ShareRules extends OwnersRedaction {
  /** Of its rules the first so many. */
  count: number
  rules: readonly RedactionRule[]
}

export type RulesOf = (share: Pick<ShareRow, "id" | "generation" | "redactions">) => Promise<ShareRules>

/** Of what nearly every share has. */
const NO_RULES: ShareRules = { count: 0, rules: [], ...createOwnersRedaction([]) }

/** Shares whose rules are kept opened. */
const REMEMBERED = 1_000

/** Rules are never changed and never taken back, so those of one count are the same for ever. */
export function createRulesReader({ meta, ruleBox }: { meta: MetaStore; ruleBox: RuleBox }): RulesOf {
  const opened = createRecent<ShareRules>(REMEMBERED)

  return async ({ id, generation, redactions: count }) => {
    if (count === 0) return NO_RULES
    const name = `${id} ${generation} ${count}`
    const known = opened.get(name)
    if (known) return known
    const rows = (await meta.redactions(id, generation)).slice(0, count)
    // Revoked meanwhile: whoever asks is about to find out.
    if (rows.length < count) throw lost(id, new Error("the rules are gone"), true)
    const rules = rows.map(({ rule }) => open(id, rule))
    const share: ShareRules = { count, rules, ...createOwnersRedaction(rules) }
    opened.set(name, share)
    return share
  }

  /** What was taken out must not be shown because a key was lost, so without its rules a share is not read. */
  function open(shareID: string, sealed: string): RedactionRule {
    try {
      return readRedactionRule(JSON.parse(ruleBox.open(sealed)))
    } catch {
      // Without its cause, which may quote the rule.
      throw lost(shareID, new Error("a rule cannot be opened: is the key another than it was sealed with?"))
    }
  }
}

function lost(shareID: string, cause: Error, retryable = false): StorageError {
  return new StorageError(`the redactions of share ${shareID}`, { retryable, cause })
}
