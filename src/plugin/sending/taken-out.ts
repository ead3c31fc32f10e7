import type { Item } from "../../protocol/item.ts"
import { type RedactionRule, readRedactionRule } from "../../protocol/redaction-rule.ts"
import type { RedactionsAnswer } from "../../protocol/routes.ts"
import { createOwnersRedaction, type OwnersRedaction } from "../../redaction/owners-redaction.ts"

/** The owner's rules that are known here. */
export interface KnownRules extends OwnersRedaction {
  count: number
}

/**
 * What the owner took out of a share by hand, on whatever machine: from then on it does not leave this one either. The
 * server says with each answer how many rules there are. Until they are here, and for what waits to be sent by then, it
 * takes the same out itself; where it cannot, as the share is sealed, nothing is sent before they are known.
 */
export interface TakenOut {
  /** As they are at this moment: rules are added and never taken back. */
  rules(): KnownRules
  takeOut(item: Item): Item
  /** How many rules the share has. Returns at once. */
  hear(count: number | undefined): void
  /** Resolves when so many are known; throws when they are not to be had now. */
  learn(count: number): Promise<void>
}

/** The answer to a question that was under way already may be one rule short. */
const MOST_LOADINGS = 2

export function createTakenOut({
  load,
  openRule,
  onFailure,
}: {
  load(): Promise<RedactionsAnswer>
  /** Of a share that is sealed. */
  openRule?: ((sealed: string) => Promise<RedactionRule>) | undefined
  /** They are asked for again with the next answer. Must not throw. */
  onFailure(error: unknown): void
}): TakenOut {
  let known: KnownRules = { count: 0, ...createOwnersRedaction([]) }
  let loading: Promise<void> | undefined

  async function learn(count: number): Promise<void> {
    for (let loadings = 0; known.count < count; loadings++) {
      if (loadings === MOST_LOADINGS)
        throw new Error(`the server tells fewer redactions than the ${count} it has`)
      loading ??= loadAll().finally(() => {
        loading = undefined
      })
      await loading
    }
  }

  async function loadAll(): Promise<void> {
    const { redactions } = await load()
    const rules = await Promise.all(
      redactions.map(({ rule, sealed }) =>
        openRule && sealed !== undefined ? openRule(sealed) : readRedactionRule(rule),
      ),
    )
    known = { count: rules.length, ...createOwnersRedaction(rules) }
  }

  return {
    learn,
    rules: () => known,
    takeOut: (item) => known.redactItem(item).item,
    hear(count = 0) {
      // Whoever asks already tells of a failure.
      if (count > known.count && !loading) learn(count).catch(onFailure)
    },
  }
}
