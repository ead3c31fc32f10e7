import type { Item } from "../../protocol/item.ts"
import { type RedactionRule, readRedactionRule } from "../../protocol/redaction-rule.ts"
import type { RedactionsAnswer } from "../../protocol/routes.ts"
import { createOwnersRedaction } from "../../redaction/owners-redaction.ts"

/**
 * What the owner took out of a share by hand, on whatever machine: from then on it does not leave this one either. The
 * server says with each answer how many rules there are. Until they are here, and for what waits to be sent by then, it
 * takes the same out itself.
 */
export interface TakenOut {
  takeOut(item: Item): Item
  /** How many rules the share has. Returns at once. */
  hear(count: number | undefined): void
}

export function createTakenOut({
  load,
  onFailure,
}: {
  load(): Promise<RedactionsAnswer>
  /** They are asked for again with the next answer. Must not throw. */
  onFailure(error: unknown): void
}): TakenOut {
  let redaction = createOwnersRedaction([])
  let known = 0
  let loading = false

  async function learn(): Promise<void> {
    loading = true
    try {
      const { redactions } = await load()
      const rules = redactions.map(({ rule }): RedactionRule => readRedactionRule(rule))
      redaction = createOwnersRedaction(rules)
      known = rules.length
    } catch (error) {
      onFailure(error)
    } finally {
      loading = false
    }
  }

  return {
    takeOut: (item) => redaction.redactItem(item).item,
    hear(count = 0) {
      if (count > known && !loading) void learn()
    },
  }
}
