import { createTwoFilesPatch, diffWordsWithSpace } from "diff"
import { codeOfLines, markStretches, type Stretch } from "./diff-code.ts"
import { countDiff, type DiffLine, type DiffStat, readDiff } from "./diff-lines.ts"
import { FOLD, moreLink } from "./fold-text.ts"
import type { Frame } from "./frame.ts"
import { languageOf } from "./highlight.ts"
import { type Child, type Html, html, showBidi, trusted } from "./html.ts"
import { plainText } from "./plain-text.ts"

export interface DiffBox {
  box: Html
  stat: DiffStat
  lines: number
}

/** What fits beside the line numbers on a phone; only longer lines make a box scroll (see `focusable`). */
const PHONE_CHARS = 26
const WIDE_LETTER = /[\t\u1100-\uffff]/

/**
 * A unified diff with line numbers, folded, and with the words that changed marked where lines pair up. The element's text is the
 * diff again, but for the names of the files: signs are part of it, numbers are not.
 */
export function diffBox(patch: string, frame: Frame, path = ""): DiffBox {
  const lines = readDiff(showBidi(plainText(patch)))
  const stat = countDiff(lines)
  const shown = foldLines(lines, frame)
  const folded =
    shown === lines ? { text: "" } : { text: "", rest: { lines: lines.length, chars: patch.length } }
  const width = String(Math.max(...lines.slice(-8).map((line) => line.new ?? line.old ?? 0), 10)).length
  const scrolls = shown.some(({ text }) => text.length > PHONE_CHARS || WIDE_LETTER.test(text))
  const box = html`<pre class="diff"${scrolls && html` tabindex="0"`}>${diffRows(shown, width, languageOf(path))}</pre>${moreLink(folded, frame)}`
  return { box, stat, lines: lines.length }
}

/** A diff of two texts that came without one. Undefined when comparing would take too long. */
export function makePatch(before: string, after: string): string | undefined {
  if (before.length + after.length > 100_000) return undefined
  // Pieces of a file end anywhere; remarks about their last line would be wrong.
  const [left, right] = [`${before}\n`, `${after}\n`]
  return createTwoFilesPatch("a", "b", left, right, "", "", {
    context: 3,
    timeout: 50,
    maxEditLength: 2000,
  })
}

export function statTag({ additions, deletions }: DiffStat): Html {
  return html`<span class="stat"><span class="plus">+${additions}</span> <span class="minus">−${deletions}</span></span>`
}

function foldLines(lines: readonly DiffLine[], frame: Frame): readonly DiffLine[] {
  if (frame.whole) return lines
  const { lines: most, chars, shown } = FOLD.diff
  let size = 0
  const tooLong = lines.findIndex((line) => {
    size += line.text.length
    return size > chars
  })
  if (lines.length <= most && tooLong < 0) return lines
  const kept = lines.slice(0, Math.min(shown, tooLong < 0 ? shown : Math.max(tooLong, 1)))
  // A single line may be the whole of a minified file.
  return kept.map((line) => (line.text.length > chars ? { ...line, text: line.text.slice(0, chars) } : line))
}

/** Most rows of a diff are the same on both sides, and need no class to say so. */
const KINDS = { add: " add", del: " del", same: "" } as const
const SIGN = { add: "+", del: "-", same: " " } as const

function diffRows(lines: readonly DiffLine[], width: number, language: string | undefined): Child[] {
  const code = codeOfLines(lines, language)
  markWords(lines, code)
  return lines.map((line, index) => {
    const { kind } = line
    if (kind === "hunk" || kind === "note") return html`<span class="row ${kind}">${line.text}\n</span>`
    const numbers = `${pad(line.old, width)} ${pad(line.new, width)}`
    return html`<span class="row${KINDS[kind]}" data-n="${numbers}">${SIGN[kind]}${trusted(code.get(index) ?? "")}\n</span>`
  })
}

function pad(number: number | undefined, width: number): string {
  return String(number ?? "").padStart(width)
}

/** Words are compared where a run of deletions meets a run of additions, line by line as they stand beside each other. */
function markWords(lines: readonly DiffLine[], code: Map<number, string>): void {
  for (let at = 0; at < lines.length; ) {
    const deleted = runLength(lines, at, "del")
    const added = runLength(lines, at + deleted, "add")
    for (let i = at; i < at + Math.min(deleted, added); i++) markPair(lines, i, i + deleted, code)
    at += Math.max(deleted + added, 1)
  }
}

function runLength(lines: readonly DiffLine[], from: number, kind: DiffLine["kind"]): number {
  let length = 0
  while (lines[from + length]?.kind === kind) length++
  return length
}

const PAIR_CHARS = 400

function markPair(lines: readonly DiffLine[], del: number, add: number, code: Map<number, string>): void {
  const before = lines[del]?.text ?? ""
  const after = lines[add]?.text ?? ""
  if (before.length > PAIR_CHARS || after.length > PAIR_CHARS) return
  const words = diffWordsWithSpace(before, after, { timeout: 20 })
  const same = words?.reduce(
    (sum, word) => sum + (word.added || word.removed ? 0 : word.value.trim().length),
    0,
  )
  // Lines that share little were replaced, not edited; marks all over them would only be noise.
  if (!words || !same || same * 3 < Math.max(before.trim().length, after.trim().length)) return
  const left: Stretch[] = []
  const right: Stretch[] = []
  let [leftAt, rightAt] = [0, 0]
  for (const { value, added, removed } of words) {
    if (removed) left.push({ start: leftAt, end: leftAt + value.length })
    if (added) right.push({ start: rightAt, end: rightAt + value.length })
    if (!added) leftAt += value.length
    if (!removed) rightAt += value.length
  }
  code.set(del, markStretches(code.get(del) ?? "", left, "del"))
  code.set(add, markStretches(code.get(add) ?? "", right, "ins"))
}
