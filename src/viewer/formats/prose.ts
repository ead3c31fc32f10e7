/**
 * Markdown that somebody else wrote, made fit to stand between marks of ours: what it leaves open is closed, and a
 * heading that poses as a mark is no heading. All else stays as it is written.
 */
export function enclose(text: string): string {
  let open: Open | undefined
  const lines = text.split("\n").map((line) => {
    if (open) {
      if (open.ends(line)) open = undefined
      return line
    }
    open = opened(line)
    return open ? line : line.replace(POSING, "$1\\$2")
  })
  return open ? [...lines, open.end].join("\n") : lines.join("\n")
}

/** The headings that are ours, of whatever level. */
const POSING = /^( {0,3})(#{1,6}\s+(?:User|Assistant|Message|Subagent|Changed files|Also in this share)\b)/

/** A block that goes on over blank lines until it is ended, or else to the end of the document. */
interface Open {
  ends(line: string): boolean
  /** What ends it. */
  end: string
}

/** CommonMark 0.31.2, 4.6: the kinds of HTML blocks that blank lines do not end. */
const HTML_BLOCKS: readonly (readonly [start: RegExp, end: string])[] = [
  [/^ {0,3}<script(?:[\s>]|$)/i, "</script>"],
  [/^ {0,3}<pre(?:[\s>]|$)/i, "</pre>"],
  [/^ {0,3}<style(?:[\s>]|$)/i, "</style>"],
  [/^ {0,3}<textarea(?:[\s>]|$)/i, "</textarea>"],
  [/^ {0,3}<!--/, "-->"],
  [/^ {0,3}<\?/, "?>"],
  [/^ {0,3}<!\[CDATA\[/, "]]>"],
  [/^ {0,3}<![a-z]/i, ">"],
]

/** CommonMark 0.31.2, 4.5. */
const FENCE = /^( {0,3})(`{3,}(?=[^`]*$)|~{3,})/

function opened(line: string): Open | undefined {
  const [, indent = "", fence] = FENCE.exec(line) ?? []
  if (fence !== undefined) return { ends: (other) => endsFence(other, fence), end: indent + fence }
  for (const [start, end] of HTML_BLOCKS) {
    if (!start.test(line)) continue
    const ends = (other: string) => other.toLowerCase().includes(end.toLowerCase())
    return ends(line.replace(start, "")) ? undefined : { ends, end }
  }
  return undefined
}

function endsFence(line: string, fence: string): boolean {
  const [, marks = ""] = /^ {0,3}(`+|~+)[ \t]*$/.exec(line) ?? []
  return marks.length >= fence.length && marks[0] === fence[0]
}

/** Text as a block of code, behind a fence that nothing in it can close. */
export function fenced(text: string, language = ""): string {
  const fence = "`".repeat(Math.max(3, longestRun(text) + 1))
  return `${fence}${language}\n${text}\n${fence}`
}

/** Text of one line as code, between marks that nothing in it can close. */
export function codeSpan(text: string): string {
  const marks = "`".repeat(longestRun(text) + 1)
  const pad = /^`|`$/.test(text) ? " " : ""
  return `${marks}${pad}${text}${pad}${marks}`
}

/** Lines as a quotation: whatever they leave open ends with it. */
export function quoted(text: string): string {
  return text
    .split("\n")
    .map((line) => (line === "" ? ">" : `> ${line}`))
    .join("\n")
}

function longestRun(text: string): number {
  let longest = 0
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length)
  return longest
}
