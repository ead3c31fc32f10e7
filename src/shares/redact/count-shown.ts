import type { RedactionRule } from "../../protocol/redaction-rule.ts"
import { createOwnersRedaction } from "../../redaction/owners-redaction.ts"
import { withinPatience } from "../patience.ts"
import { createPauses } from "../pauses.ts"
import type { ShareReader } from "../read/read.ts"

/** How long a rule waits for the count, so long as what it takes out is still shown. */
const PATIENCE_MS = 2_000

export function createShownCounter({ read }: Pick<ShareReader, "read">) {
  async function count(shareID: string, rules: readonly RedactionRule[]): Promise<number> {
    // A copy, as commits go on behind the pauses.
    const items = [...(await read(shareID)).fold.items()]
    const { redactItem } = createOwnersRedaction(rules)
    const pause = createPauses()
    let found = 0
    for (const item of items) {
      for (const times of redactItem(item).replaced.values()) found += times
      await pause()
    }
    return found
  }

  /**
   * How often what a share shows at this moment holds what rules name, for the audit: what is stored is gone through only
   * when they hold. Undefined when that cannot be told at once: nothing waits for it that is to be hidden.
   */
  return async (shareID: string, rules: readonly RedactionRule[]): Promise<number | undefined> => {
    let found: number | undefined
    const counting = count(shareID, rules).then(
      (sum) => {
        found = sum
      },
      // What cannot be read can be redacted all the same.
      () => {},
    )
    await withinPatience(counting, PATIENCE_MS)
    return found
  }
}
