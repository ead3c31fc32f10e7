import { createFormRules } from "./form-rules.ts"
import { createHeaderRules } from "./header-rules.ts"
import { createKeywordRule } from "./keyword-rules.ts"
import { createLibraryRules } from "./library-rules.ts"
import { createLiteralSearch, type Hits, type LiteralSearch } from "./literal-search.ts"
import { createPrivateKeyRule } from "./private-key.ts"
import type { Rule } from "./rule.ts"
import { createTokenRules } from "./token-rules.ts"

/** A line of a batch, and the rules that may find something in it. */
export interface Suspect {
  start: number
  end: number
  rules: Set<Rule>
}

export interface RuleBook {
  /** The lines between `from` and `to` that any rule has to look at, in order. */
  suspects(text: string, from: number, to: number, form: "lines" | "line", more: readonly Rule[]): Suspect[]
}

/** The rules that everybody has. */
export function standardRules(): Rule[] {
  return [
    ...createLibraryRules(),
    createPrivateKeyRule(),
    ...createTokenRules(),
    ...createFormRules(),
    ...createHeaderRules(),
    createKeywordRule(),
  ]
}

/** Finds by the rules' literals which lines to look at: nearly none, and that is what makes it fast. */
export function createRuleBook(rules: readonly Rule[]): RuleBook {
  const literals: string[] = []
  const owners: Rule[][] = []
  const places = new Map<string, number>()
  for (const rule of rules) {
    for (const literal of rule.literals ?? []) {
      let place = places.get(literal)
      if (place === undefined) {
        place = literals.push(literal) - 1
        owners.push([])
        places.set(literal, place)
      }
      owners[place]?.push(rule)
    }
  }
  const search: LiteralSearch = createLiteralSearch(literals)
  const always = rules.filter((rule) => rule.literals === undefined)

  return {
    suspects(text, from, to, form, more) {
      const everywhere = [...always, ...more]
      const lines = everywhere.length > 0 ? everyLine(text, from, to, form, everywhere) : []
      const hits: Hits = []
      search.find(text, from, to, hits)
      let at = 0
      let line: Suspect | undefined
      for (let i = 0; i < hits.length; i += 2) {
        const position = (hits[i + 1] as number) - 1
        if (line === undefined || position >= line.end) {
          if (everywhere.length > 0) {
            while ((lines[at] as Suspect).end <= position) at++
            line = lines[at] as Suspect
          } else {
            line = { ...lineAround(text, from, to, form, position), rules: new Set() }
            lines.push(line)
          }
        }
        for (const rule of owners[hits[i] as number] as Rule[]) line.rules.add(rule)
      }
      return lines
    },
  }
}

function lineAround(text: string, from: number, to: number, form: "lines" | "line", position: number) {
  if (form === "line") return { start: from, end: to }
  const start = text.slice(from, position).lastIndexOf("\n") + 1 + from
  const length = text.slice(position, to).indexOf("\n")
  return { start, end: length < 0 ? to : position + length + 1 }
}

function everyLine(text: string, from: number, to: number, form: "lines" | "line", rules: Rule[]): Suspect[] {
  const lines: Suspect[] = []
  for (let at = from; at < to; ) {
    const { start, end } = lineAround(text, from, to, form, at)
    lines.push({ start: Math.max(start, at), end, rules: new Set(rules) })
    at = end
  }
  return lines
}
