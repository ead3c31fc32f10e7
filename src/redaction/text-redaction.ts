import type { KnownValues } from "./known-values.ts"
import type { Labels } from "./labels.ts"
import { type Batch, nextBatch, withoutColours } from "./lines.ts"
import { keyLines } from "./private-key.ts"
import type { Span } from "./rule.ts"
import type { RuleBook } from "./rule-book.ts"
import { isDistinct } from "./secrecy.ts"
import { createSectionReader, type SectionReader } from "./sections.ts"
import { settledEnd } from "./settled.ts"
import { mergeSpans } from "./spans.ts"
import type { Work } from "./work.ts"

export interface TextOptions {
  /** Only what is settled is answered. */
  growing: boolean
  /** The lines are those of a `.env` file. */
  dotenv: boolean
  found(kind: string, placeholder: string): void
}

export interface TextRedaction {
  redact(text: string, options: TextOptions): Work<string>
}

export interface TextRedactionDeps {
  book: RuleBook
  known: KnownValues
  labels: Labels
  allowed(value: string): boolean
  /** Rules are at work that may match white space: a growing text is settled line by line. */
  wholeLines: boolean
  /** Texts with white space inside that rules replace, beside the known values. */
  spaced: readonly string[]
}

/** What was redacted before is no secret, whatever stands beside it: an item may come back, and pages are quoted. */
function isRedacted(value: string): boolean {
  return (
    value.includes("[redacted:") && value.replace(/\[redacted:[\w-]{1,64}(?::\d{1,9})?\]/g, "").length < 4
  )
}

const MOST_PIECES = 4_096

/** Text in, text out: batch by batch, from left to right, remembering what was found for what comes after it. */
export function createTextRedaction({
  book,
  known,
  labels,
  allowed,
  wholeLines,
  spaced,
}: TextRedactionDeps): TextRedaction {
  return {
    *redact(text, { growing, dotenv, found }) {
      const chunks: string[] = []
      const pieces: string[] = []
      const sections = createSectionReader({ dotenv })
      let copied = 0
      let at = 0
      for (
        let batch = nextBatch(text, 0, growing);
        batch !== undefined;
        batch = nextBatch(text, at, growing)
      ) {
        const end = settledPart(text, batch, at, sections)
        for (const span of spansIn(text, at, end, batch.form, sections)) {
          const placeholder = span.replacement ?? (yield* labels.of(span.value, span.kind))
          if (span.replacement === undefined) found(span.kind, placeholder)
          pieces.push(text.slice(copied, span.start), placeholder)
          copied = span.end
        }
        at = end
        // A text full of secrets has a million pieces: to join them all at the end would be a stretch of its own.
        if (pieces.length > MOST_PIECES) chunks.push(pieces.splice(0).join(""))
        yield
        if (batch.settles !== undefined) break
      }
      if (copied === 0) return at === text.length ? text : text.slice(0, at)
      pieces.push(text.slice(copied, at))
      return chunks.join("") + pieces.join("")
    },
  }

  function settledPart(
    text: string,
    { end, settles }: Batch,
    start: number,
    sections: SectionReader,
  ): number {
    if (settles === undefined) return end
    const { from, to } = settles
    const settled = settledEnd(text, from, Math.min(to, end), {
      spaced: [...known.spaced(), ...spaced],
      wholeLines: wholeLines || sections.wholeLines(text, start, end),
    })
    return settled > from ? settled : start
  }

  function spansIn(
    text: string,
    from: number,
    to: number,
    form: Batch["form"],
    sections: SectionReader,
  ): Span[] {
    const spans = known.find(text, from, to).filter((span) => !allowed(span.value))
    const learned: { value: string; from: number }[] = []
    for (const { remember, ...span } of sections.read(text, from, to)) {
      if (allowed(span.value) || isRedacted(span.value)) continue
      spans.push(span)
      const short = span.value.length <= 4_096
      const values =
        short && remember && known.add(span.value, span.kind) ? [span.value] : short ? learn(span) : []
      for (const value of values) learned.push({ value, from: span.end })
    }
    for (const { start, end, rules } of book.suspects(text, from, to, form, [])) {
      const line = withoutColours(text.slice(start, text[end - 1] === "\n" ? end - 1 : end), "\x1b")
      const inLine: Span[] = []
      for (const rule of rules) {
        for (const span of rule.find(line)) {
          if (allowed(span.value) || isRedacted(span.value)) continue
          inLine.push({ ...span, start: start + span.start, end: start + span.end })
        }
      }
      for (const span of inLine.length > 1 ? mergeSpans(inLine) : inLine) {
        spans.push(span)
        for (const value of learn(span)) learned.push({ value, from: span.end })
      }
    }
    for (const { value, from: behind } of learned) spans.push(...known.findOne(value, text, behind, to))
    return mergeSpans(spans)
  }

  /** What of a secret can be told wherever else it stands. */
  function learn({ value, kind, replacement }: Span): string[] {
    if (replacement !== undefined || known.has(value)) return []
    if (kind === "private-key") return keyLines(value).filter((line) => known.add(line, kind, { as: value }))
    return isDistinct(value) && known.add(value, kind) ? [value] : []
  }
}
