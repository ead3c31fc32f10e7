import type { Item } from "../protocol/item.ts"
import { learnEnvironment } from "./environment.ts"
import { type Finding, redactItem } from "./item-redaction.ts"
import { createKnownValues } from "./known-values.ts"
import { createLabels, type RedactionState } from "./labels.ts"
import { createNetworkRules } from "./network-rules.ts"
import { type RedactionOptions, readAllowed, readPatterns } from "./options.ts"
import { createHomeRule, createUserRule, homeSpellings, isWindows } from "./path-rules.ts"
import { RANK, type Rule, type Span } from "./rule.ts"
import { createRuleBook, standardRules } from "./rule-book.ts"
import { createTextRedaction } from "./text-redaction.ts"
import { spansOf } from "./token-rules.ts"
import { inSlices, type Slices } from "./work.ts"

export type { Finding } from "./item-redaction.ts"
export type { RedactionState } from "./labels.ts"
export { type RedactionOptions, RedactionOptionsError } from "./options.ts"

export interface Redactor {
  /**
   * A copy of the item with everything replaced. With `growing`, each human-readable string that may still grow is cut
   * to what no rule can cross any more. Works in slices of at most some 20 ms. Does not throw, whatever the content.
   */
  redact(item: Item, options?: { growing?: boolean }): Promise<{ item: Item; findings: Finding[] }>
  /** The same for one text: for streamed deltas, titles and paths. */
  redactText(text: string, options?: { growing?: boolean }): Promise<{ text: string; findings: Finding[] }>
  /** To be kept with the share, so that placeholders stay the same after a restart. Never holds a secret in clear. */
  state(): RedactionState
}

export interface RedactorDeps extends Slices {
  options: RedactionOptions
  state?: RedactionState
}

/** One for a share. Throws `RedactionOptionsError`. */
export function createRedactor({ options, state, pause, now }: RedactorDeps): Redactor {
  const own = readPatterns(options.patterns)
  const allowed = readAllowed(options.allow)
  const known = createKnownValues()
  const labels = createLabels(state)
  const rules: Rule[] = [
    ...standardRules(),
    ...createHomeRule(options.home),
    ...createUserRule(options.user),
    ...createNetworkRules(options),
    ...own.map(({ kind, pattern }): Rule => ({ find: (line) => spansOf(line, pattern, kind, RANK.option) })),
  ]
  const book = createRuleBook(rules)
  learnEnvironment(options.environment, known, look)
  const paths = [...homeSpellings(options.home), options.user ?? ""].filter((path) => /\s/.test(path))
  // Own patterns may match white space, and such a path on Windows is written in more ways than can be held back.
  const wholeLines = own.length > 0 || (paths.length > 0 && isWindows(options.home))
  const text = createTextRedaction({ book, known, labels, allowed, wholeLines, spaced: paths })
  const slices = { pause, now }

  function* look(line: string): Iterable<Span> {
    for (const { start, end, rules } of book.suspects(line, 0, line.length, "line", [])) {
      for (const rule of rules) yield* rule.find(line.slice(start, end))
    }
  }

  return {
    async redact(item, { growing = false } = {}) {
      const before = known.size()
      const first = await inSlices(redactItem(item, text, { growing }), slices)
      // What was learned at an item's end may stand at its beginning. A growing one is redacted again when it is whole.
      if (growing || known.size() === before) return first
      return inSlices(redactItem(item, text, { growing }), slices)
    },
    async redactText(content, { growing = false } = {}) {
      const findings = new Map<string, Finding>()
      const found = (kind: string, placeholder: string): void =>
        void findings.set(placeholder, { kind, place: "text", placeholder })
      const work = text.redact(content, { growing, dotenv: false, found })
      return { text: await inSlices(work, slices), findings: [...findings.values()] }
    },
    state: labels.state,
  }
}
