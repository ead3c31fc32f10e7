import { plainText } from "../plain-text.ts"

/** What somebody looks for: every term must occur in a part. */
export interface Query {
  /** As it was typed, without what cannot be searched for. */
  text: string
  terms: readonly string[]
  /** Capitals count: somebody who types one means it. */
  exact: boolean
  /** One of the terms is of several words, between which a line may end. */
  phrases: boolean
}

// A phrase stands in quotes, and may still be typed. Quotes within a word, as in JSON, are characters like others.
const TERM = /"([^"]+)(?:"(?=\s|$)|$)|\S+/g

/** One letter is in every part of a session; one sign of another script may well be a word. */
const TELLING = /..|[^\x00-\x7f]/u

/** Undefined when it says too little to search for. */
export function readQuery(typed: string): Query | undefined {
  const text = cleanQuery(typed)
  const exact = /\p{Lu}/u.test(text)
  const terms = [...text.matchAll(TERM)]
    .map(([word, phrase]) => (phrase ?? word).trim())
    .filter((term) => term !== "")
  if (!terms.some((term) => TELLING.test(term))) return undefined
  const sought = exact ? terms : terms.map(foldCase)
  return { text, exact, terms: [...new Set(sought)], phrases: terms.some((term) => term.includes(" ")) }
}

/** In one line, and without halves of characters. */
export function cleanQuery(typed: string): string {
  return plainText(typed)
    .replace(/\p{Cs}/gu, "")
    .replace(/\s+/g, " ")
    .trim()
}

/**
 * The same text for whoever does not mind case, and of the same length, so that places in one are places in the other.
 * Only İ grows when it becomes small; and a sigma at a word's end is a sigma.
 */
export function foldCase(text: string): string {
  return text.replaceAll("İ", "I").toLowerCase().replaceAll("ς", "σ")
}
