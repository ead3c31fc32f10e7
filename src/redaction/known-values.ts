import { createLiteralSearch, type Hits, type LiteralSearch } from "./literal-search.ts"
import { RANK, type Span } from "./rule.ts"

interface Known {
  /** As it stands in texts: the value, or one of the ways to write it. */
  text: string
  value: string
  kind: string
  /** Part of a Base64 text: all of that text goes. */
  inBase64: boolean
}

export interface KnownValues {
  /**
   * Remembers a value, in every way that it is written; with `encoded`, also in Base64. A part of a secret counts `as`
   * the whole of it. True when it was not known.
   */
  add(value: string, kind: string, options?: { encoded?: boolean; as?: string }): boolean
  /** Where known values stand between `from` and `to`. */
  find(text: string, from: number, to: number): Span[]
  /** The same for one value, which has just become known. */
  findOne(value: string, text: string, from: number, to: number): Span[]
  /** Those with white space inside (see settled.ts). */
  spaced(): readonly string[]
  has(value: string): boolean
  size(): number
}

/** By its first characters a value is found; all of it is compared then. */
const HEAD = 8
/** Shorter values would be found in everything. */
const SHORTEST = 6
/** Short values must stand alone; a long one is no accident inside another word. */
const ALONE_BELOW = 12
/** What a hostile text can make us remember. Rules go on finding what is not remembered. */
const MOST = 2_000

/** Values that were secret once are secret wherever they stand, without the words beside them. In memory only. */
export function createKnownValues(): KnownValues {
  const byValue = new Map<string, Known[]>()
  const all: Known[] = []
  const spaced: string[] = []
  let search: LiteralSearch | undefined

  return {
    add(value, kind, { encoded = false, as = value } = {}) {
      if (value.length < SHORTEST || byValue.has(value) || byValue.size >= MOST) return false
      const forms = [...spellings(value, encoded)].map((known) => ({ ...known, value: as, kind }))
      byValue.set(value, forms)
      all.push(...forms)
      spaced.push(...forms.map(({ text }) => text).filter((text) => /\s/.test(text)))
      search = undefined
      return true
    },
    find(text, from, to) {
      if (all.length === 0) return []
      search ??= createLiteralSearch(all.map((known) => known.text.slice(0, HEAD)))
      const hits: Hits = []
      search.find(text, from, to, hits)
      const spans: Span[] = []
      for (let i = 0; i < hits.length; i += 2) {
        const known = all[hits[i] as number] as Known
        const start = (hits[i + 1] as number) - Math.min(HEAD, known.text.length)
        if (!text.startsWith(known.text, start)) continue
        const span = spanOf(known, text, start, from, to)
        if (span !== undefined) spans.push(span)
      }
      return spans
    },
    findOne(value, text, from, to) {
      const part = text.slice(from, to)
      return (byValue.get(value) ?? []).flatMap((known) => {
        const spans: Span[] = []
        for (let at = part.indexOf(known.text); at >= 0; at = part.indexOf(known.text, at + 1)) {
          const span = spanOf(known, text, from + at, from, to)
          if (span !== undefined) spans.push(span)
        }
        return spans
      })
    },
    spaced: () => spaced,
    has: (value) => byValue.has(value),
    size: () => byValue.size,
  }
}

function spanOf(known: Known, text: string, at: number, from: number, to: number): Span | undefined {
  const { kind, value } = known
  let [start, end] = [at, at + known.text.length]
  if (end > to) return undefined
  if (known.inBase64) {
    while (start > from && isBase64(text, start - 1)) start--
    while (end < to && isBase64(text, end)) end++
  } else if (known.text.length < ALONE_BELOW) {
    if (
      (start > 0 && isWord(text, start - 1) && !isColour(text, start)) ||
      (end < text.length && isWord(text, end))
    )
      return undefined
  }
  return { start, end, kind, value, rank: RANK.known }
}

function isWord(text: string, at: number): boolean {
  return /[A-Za-z0-9_]/.test(text[at] as string)
}

const COLOUR = /\x1b\[[\d;]{0,16}[mK]$/

function isColour(text: string, end: number): boolean {
  return COLOUR.test(text.slice(Math.max(0, end - 20), end))
}

function isBase64(text: string, at: number): boolean {
  return /[A-Za-z0-9+/=_-]/.test(text[at] as string)
}

/** How a value is written: as it is, inside JSON, in a URL, and in Base64 of a text that it is a part of. */
function* spellings(value: string, encoded: boolean): Iterable<Pick<Known, "text" | "inBase64">> {
  const seen = new Set<string>()
  const json = JSON.stringify(value).slice(1, -1)
  const percent = percentEncoded(value)
  const plain = [
    value,
    json,
    JSON.stringify(json).slice(1, -1),
    json.replaceAll("/", "\\/"),
    percent,
    percent.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    percent.replaceAll("%20", "+"),
    formEncoded(value),
  ]
  for (const text of plain) {
    if (seen.has(text)) continue
    seen.add(text)
    yield { text, inBase64: false }
  }
  if (!encoded) return
  for (const text of [0, 1, 2].flatMap((before) => insideBase64(value, before))) {
    if (text.length < 10 || seen.has(text)) continue
    seen.add(text)
    yield { text, inBase64: true }
  }
}

function percentEncoded(value: string): string {
  // A lone surrogate cannot be encoded; it cannot stand in a URL either.
  return encodeURIComponent(value.replace(/[\uD800-\uDFFF]/gu, ""))
}

/** Stricter encoders (RFC 3986) also take `!'()*`, which encodeURIComponent leaves. */
function formEncoded(value: string): string {
  return percentEncoded(value).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
}

/**
 * What of the value's Base64 does not depend on its neighbours, when so many bytes (modulo 3) stand before it. That is
 * how `user:password` is found in `Authorization: Basic …`.
 */
function insideBase64(value: string, before: number): string[] {
  const bytes = new TextEncoder().encode(value)
  const binary = "\0".repeat(before) + Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")
  const from = Math.ceil((before * 8) / 6)
  const text = btoa(binary).slice(from, Math.floor((binary.length * 8) / 6))
  return [text, text.replaceAll("+", "-").replaceAll("/", "_")]
}
