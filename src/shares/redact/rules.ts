import { type RedactionRule, readRedactionRule } from "../../protocol/redaction-rule.ts"
import { createOwnersRedaction, type OwnersRedaction } from "../../redaction/owners-redaction.ts"
import { type Keys, type MetaStore, type ShareRow, StorageError } from "../ports.ts"
import { createRecent } from "../recent.ts"

/** The rules that a share has at a moment, ready to be gone by. */
export interface ShareRules extends OwnersRedaction {
  /** Of its rules the first so many. */
  count: number
  rules: readonly RedactionRule[]
}

/** Of an encrypted share only how many there are: they are its reader's to open, as all of it is. */
export type RulesOf = (
  share: Pick<ShareRow, "id" | "generation" | "redactions" | "encrypted">,
) => Promise<ShareRules>

/** Of what nearly every share has. */
const NO_RULES: ShareRules = { count: 0, rules: [], ...createOwnersRedaction([]) }

/** What the instance's keys seal rules for. */
const PURPOSE = "redaction-rules"

/** Shares whose rules are kept opened. */
const REMEMBERED = 1_000

/** Rules are never changed and never taken back, so those of one count are the same for ever. */
export function createRulesReader({ meta, keys }: { meta: MetaStore; keys: Keys }): RulesOf {
  const opened = createRecent<ShareRules>(REMEMBERED)

  return async ({ id, generation, redactions: count, encrypted }) => {
    if (count === 0) return NO_RULES
    if (encrypted) return { ...NO_RULES, count }
    const name = `${id} ${generation} ${count}`
    const known = opened.get(name)
    if (known) return known
    const rows = (await meta.redactions(id, generation)).slice(0, count)
    // Revoked meanwhile: whoever asks is about to find out.
    if (rows.length < count) throw lost(id, new Error("the rules are gone"), true)
    const rules = await Promise.all(rows.map(({ rule }) => open(id, rule)))
    const share: ShareRules = { count, rules, ...createOwnersRedaction(rules) }
    opened.set(name, share)
    return share
  }

  /** What was taken out must not be shown because a key was lost, so without its rules a share is not read. */
  async function open(shareID: string, sealed: string): Promise<RedactionRule> {
    const text = await keys.open(PURPOSE, sealed)
    try {
      return readRedactionRule(JSON.parse(text ?? ""))
    } catch {
      // Without its cause, which may quote the rule.
      throw lost(
        shareID,
        new Error("a rule cannot be opened: has the instance lost the key that it was sealed with?"),
      )
    }
  }
}

/** As it is kept: what it names is not to be read from the database. */
export function sealRule(keys: Keys, rule: RedactionRule): Promise<string> {
  return keys.seal(PURPOSE, JSON.stringify(rule))
}

function lost(shareID: string, cause: Error, retryable = false): StorageError {
  return new StorageError(`the redactions of share ${shareID}`, { retryable, cause })
}
