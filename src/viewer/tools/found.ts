import { codeFrame } from "../code-box.ts"
import { markStretches } from "../diff-code.ts"
import { FOLD, foldText, moreLink } from "../fold-text.ts"
import { type Frame, shortPath } from "../frame.ts"
import { escapeText, type Html, html, trusted } from "../html.ts"
import { plainText } from "../plain-text.ts"
import { pathTag } from "./path-tag.ts"
import { readPattern } from "./pattern.ts"
import { createHitFinder } from "./pattern-hits.ts"

interface FileHits {
  path: string
  numbers: string[]
  lines: string[]
}

/** What grep found, file by file, with the hits marked. Undefined when it is not told as OpenCode tells it. */
export function foundBox(output: string, pattern: string, frame: Frame): Html | undefined {
  const folded = foldText(plainText(output).replace(/^Found [^\n]{1,80}\n/, ""), FOLD.output, frame)
  const files = readFound(folded.text)
  if (!files) return undefined
  const read = readPattern(pattern)
  const find = read && createHitFinder(read)
  const boxes = files.map(({ path, numbers, lines }) => {
    const marked = lines.map((line) => markStretches(escapeText(line), find?.(line) ?? [], "mark"))
    const text = lines.join("\n")
    const box =
      lines.length > 0 && codeFrame(trusted(marked.join("\n")), { numbers: numbers.join("\n"), text })
    return html`<p class="caption">${pathTag(shortPath(path, frame), path)}</p>${box}`
  })
  return html`<div class="found">${boxes}</div>${moreLink(folded, frame)}`
}

function readFound(text: string): FileHits[] | undefined {
  const files: FileHits[] = []
  for (const line of text.split("\n")) {
    const hit = /^ {2}Line (\d{1,9}): ?(.*)$/.exec(line)
    const file = files.at(-1)
    if (hit && file) {
      file.numbers.push(hit[1] ?? "")
      file.lines.push(hit[2] ?? "")
    } else if (/^\S.*:$/.test(line)) {
      files.push({ path: line.slice(0, -1), numbers: [], lines: [] })
    } else if (line.trim()) return undefined
  }
  return files.length > 0 ? files : undefined
}
