import { MARK, type TextRule } from "../protocol/redaction-rule.ts"

/** A rule's text in every spelling that it is looked for in. */
export interface TextForms {
  id: string
  /** Whether one of them stands in the text. */
  isIn(text: string): boolean
  /** Calls `found` for each that it replaces. */
  replace(text: string, found: () => void): string
}

/** How deep JSON in a string in JSON is followed. */
const DEEPEST = 3

/** White space as a text has it, or JSON in a text, or an address. */
const WHITE = "(?:\\s|\\\\+[nrtfv]|%(?:20|0[9ADad]))+"

type Spelling = (text: string) => string

/** The same text inside of other texts: what a tool was told, or has put out, is often JSON. */
const INSIDE: readonly Spelling[] = [
  asJson,
  // Python's, and of all that write ASCII only.
  (text) => asJson(text).replace(/[^\x20-\x7e]/g, escaped),
  // PHP's, and Go's.
  (text) => asJson(text).replaceAll("/", "\\/"),
  (text) => asJson(text).replace(/[<>&\u2028\u2029]/g, escaped),
]

const SPELLINGS: readonly Spelling[] = [
  (text) => text,
  (text) => encodeURIComponent(text.replace(/[\uD800-\uDFFF]/gu, "\uFFFD")),
  ...INSIDE.flatMap((spell) => Array.from({ length: DEEPEST }, (_, depth) => repeated(spell, depth + 1))),
]

export function textForms({ id, text, replacement = MARK, flexible }: TextRule): TextForms {
  const words = flexible ? text.trim().split(/\s+/) : [text]
  const forms = new Map(
    SPELLINGS.map((spell) => {
      const spelled = words.map(spell)
      return [spelled.join(" "), spelled.map(literal).join(WHITE)]
    }),
  )
  // The longest first: an escaped text may hold the bare one.
  const longestFirst = [...forms].sort(([a], [b]) => b.length - a.length)
  const pattern = new RegExp(longestFirst.map(([, source]) => source).join("|"), "g")
  const isIn = (candidate: string) =>
    words.length > 1
      ? candidate.search(pattern) >= 0
      : longestFirst.some(([form]) => candidate.includes(form))
  return {
    id,
    isIn,
    replace(candidate, found) {
      if (!isIn(candidate)) return candidate
      return candidate.replace(pattern, () => {
        found()
        return replacement
      })
    },
  }
}

function repeated(spell: Spelling, times: number): Spelling {
  return (text) => {
    let spelled = text
    for (let time = 0; time < times; time++) spelled = spell(spelled)
    return spelled
  }
}

function asJson(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
}
