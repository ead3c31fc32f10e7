import { outputBox } from "../code-box.ts"
import { countLines, FOLD } from "../fold-text.ts"
import { formatDuration } from "../format.ts"
import type { Frame } from "../frame.ts"
import { type Html, html } from "../html.ts"
import { plainText } from "../plain-text.ts"

/** An output, and what OpenCode 1.18 added to it for the model. */
export interface Remarked {
  text: string
  remarks: readonly string[]
}

/**
 * What OpenCode says to the model at an output's end, as its tools write it. Each pattern is anchored at the end of a
 * stretch that is cut off before, so no output is searched twice.
 */
const LAST_LINES: readonly { starts: string; say: (line: string) => string | undefined }[] = [
  { starts: "(End of file - total ", say: () => undefined },
  { starts: "(File has more lines", say: (line) => `${inner(line).split(/\. Use |[.] ?$/)[0]}.` },
  { starts: "(Showing lines ", say: withoutAdvice },
  { starts: "(Output capped at ", say: withoutAdvice },
  { starts: "(Output truncated at ", say: withoutAdvice },
  { starts: "(Showing ", say: withoutAdvice },
  { starts: "(Results truncated", say: () => "Results truncated." },
  { starts: "(Results are truncated", say: withoutAdvice },
]

const SHELL_TAGS = ["shell_metadata", "bash_metadata"]
const CUT_HEAD = "...output truncated...\n\nFull output saved to: "
const CUT_TAIL =
  /\n\n(\.\.\.\d{1,12} (?:lines|bytes|chars) truncated\.\.\.)\n\nThe tool call succeeded but the output was truncated\. Full output saved to: ([^\n]{1,1000})\n[^\n]{1,1000}\s{0,9}$/
const CLEARED = "[Old tool result content cleared]"
/** More than OpenCode says between its tags was not said by it, and stays in the output, which folds. */
const MOST = { lines: 12, chars: 2000 }
/** A remark is at the end, and short; nothing longer is looked at. */
const TAIL_CHARS = 4000

export function splitRemarks(output: string): Remarked {
  if (output.trim() === CLEARED) return { text: "", remarks: [] }
  const remarks: string[] = []
  let text = output
  for (const tag of SHELL_TAGS) {
    text = cutTag(text, tag, (said) => {
      if (isLong(said)) return false
      for (const line of plainText(said).split("\n")) remarks.push(shellWords(line))
      return true
    })
  }
  text = cutTag(text, "system-reminder", () => {
    remarks.push("Instructions of this folder were added for the model.")
    return true
  })
  if (text.startsWith(CUT_HEAD)) {
    const end = text.indexOf("\n\n", CUT_HEAD.length)
    if (end > 0) {
      remarks.unshift("The beginning of this output was cut off for the model.")
      text = text.slice(end + 2)
    }
  }
  const tail = text.slice(-TAIL_CHARS)
  const cut = CUT_TAIL.exec(tail)
  if (cut) {
    remarks.unshift(`${cut[1]?.slice(3, -3)} for the model.`)
    text = text.slice(0, text.length - tail.length + cut.index)
  }
  const said = lastLine(text)
  if (said) {
    text = said.text
    if (said.remark) remarks.unshift(said.remark)
  }
  return { text: text === "(no output)" ? "" : text, remarks }
}

export function remarkLines(remarks: readonly string[]): Html[] {
  return remarks.map((remark) => html`<p class="remark">${remark}</p>`)
}

/** What may be longer than a remark should be, and then folds. */
export function remarkBox(text: string, frame: Frame): Html {
  return isLong(text)
    ? outputBox(text, frame, FOLD.output, { prose: true })
    : html`<p class="remark">${plainText(text)}</p>`
}

function isLong(text: string): boolean {
  return text.length > MOST.chars || countLines(text) > MOST.lines
}

/** Cuts `<tag>…</tag>` from the end, where nothing but white space follows, if what is between is taken. */
function cutTag(text: string, tag: string, take: (said: string) => boolean): string {
  const end = text.trimEnd()
  const close = `</${tag}>`
  if (!end.endsWith(close)) return text
  const start = end.lastIndexOf(`<${tag}>`)
  if (start < 0) return text
  const taken = take(end.slice(start + tag.length + 2, -close.length).trim())
  return taken ? end.slice(0, start).trimEnd() : text
}

function lastLine(text: string): { text: string; remark: string | undefined } | undefined {
  const end = text.trimEnd()
  if (!end.endsWith(")")) return undefined
  const start = end.lastIndexOf("\n") + 1
  const line = end.slice(start)
  const known = line.length < 500 ? LAST_LINES.find(({ starts }) => line.startsWith(starts)) : undefined
  return known && { text: end.slice(0, start).trimEnd(), remark: known.say(plainText(line)) }
}

function inner(line: string): string {
  return line.slice(1, -1)
}

/** The fact without what the model should do about it. */
function withoutAdvice(line: string): string {
  return inner(line).replace(/\.? (?:Use|Consider) .*$/, ".")
}

function shellWords(line: string): string {
  const late = /^(?:shell|bash) tool terminated command after exceeding timeout (\d{1,12}) ms/.exec(line)
  return late ? `Ended after its time limit of ${formatDuration(Number(late[1]))}.` : line
}
