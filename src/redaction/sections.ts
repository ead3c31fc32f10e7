import { hidesValue, isDotenvPath, isOfShell, isToRemember } from "./dotenv.ts"
import { isPassword } from "./header-rules.ts"
import { withoutColours } from "./lines.ts"
import { RANK, type Span } from "./rule.ts"

/** A value is remembered although it may be a word: its name says what it is. */
export type SectionSpan = Span & { remember: boolean }

/**
 * Finds what only the lines before a line can tell: values in `.env` content, which may be of several lines, passwords
 * in `.netrc`, the lines of PuTTY's keys. Reads from left to right and never looks ahead of the line, so what it said of
 * a text stays true when more of it arrives.
 */
export interface SectionReader {
  read(text: string, from: number, to: number): SectionSpan[]
  /** Whether what is between them is settled by lines alone: values may hold spaces. */
  wholeLines(text: string, from: number, to: number): boolean
}

/** One of these stands in every text in which a section can begin. */
const ANNOUNCED = /\.env|\.dev\.vars|env\.prod|machine[ \t]|Private-Lines:/

/** `{"value": "…", "name": "API_TOKEN"}`: what the value is, is said behind it. */
const VALUE_FIRST = /value\\{0,7}["']/i

/** What listings put before a line: a mark of a diff, a path, a number. */
const PREFIX =
  /^[ \t]*([+-][ \t]?)?((?:[A-Za-z]:)?[^\s:="'#]{1,300}[ \t]{0,24}:(?=\S|[ \t]*\d))?((?:Line[ \t])?\d{1,6}(?:[:|][ \t]{0,2}|\t))?[ \t]*/
const NUMBER = /[ \t]*(?:Line[ \t])?\d{1,6}(?:[:|][ \t]?|\t)/y
const ASSIGNMENT =
  /(#[ \t#]{0,4})?(?:(?:export|set|declare[ \t]-x)[ \t]+)?([A-Za-z_][\w.-]{0,80})[ \t]{0,24}=[ \t]{0,24}/y
/** `/srv/.env:`, `==> .env <==`, `+++ b/.env`, `<path>/srv/.env</path>`. */
const HEADER =
  /^[ \t]*(?:(==>|\+\+\+|---)[ \t]|<(?:path|file)>)?[`*]{0,3}([^\s<`]{1,500}?)[`*]{0,3}(?:<\/(?:path|file)>|[ \t]<==|:)?[ \t\r]*$/
const MOST_LINES = 200

interface Open {
  quote: string
  mark: boolean
  path: string
  number: boolean
  lines: number
  hides: boolean
}

export function createSectionReader({ dotenv }: { dotenv: boolean }): SectionReader {
  /** What a section of a `.env` file ends with: a blank line, or the next file of a diff. */
  let section: "blank" | "diff" | "head" | undefined
  let value: Open | undefined
  let netrc: "machine" | "login" | undefined
  let keyLines = 0
  /** The piece before was none that ended a line; and whether that was all value. */
  let torn: "value" | "other" | undefined

  const idle = () => !dotenv && section === undefined && netrc === undefined && keyLines === 0
  const skips = (text: string, from: number, to: number) => idle() && !ANNOUNCED.test(text.slice(from, to))

  return {
    wholeLines: (text, from, to) => !skips(text, from, to) || VALUE_FIRST.test(text.slice(from, to)),
    read(text, from, to) {
      const spans: SectionSpan[] = []
      if (skips(text, from, to)) {
        torn = text[to - 1] === "\n" ? undefined : "other"
        return spans
      }
      for (let at = from; at < to; ) {
        const length = text.slice(at, to).indexOf("\n")
        const end = length < 0 ? to : at + length
        const before = spans.length
        if (torn === undefined) {
          line(withoutColours(text.slice(at, end).replace(/\r$/, ""), " "), at, spans)
        } else if (torn === "value") add(spans, text.slice(at, end), at)
        if (length >= 0) torn = undefined
        else torn ??= spans.length > before ? "value" : "other"
        at = end + 1
      }
      return spans
    },
  }

  function line(content: string, start: number, spans: SectionSpan[]): void {
    if (keyLines > 0) {
      keyLines -= 1
      const words = /^[\s+\->|"'`\d:]{0,16}?([A-Za-z0-9+/=]{8,128})[\s"'`\\]{0,8}$/d.exec(content)
      const at = words?.indices?.[1]?.[0]
      if (at !== undefined) add(spans, words?.[1] ?? "", start + at, "private-key")
      else keyLines = 0
      return
    }
    const lines = /^.{0,24}Private-Lines: (\d{1,3})\s*$/.exec(content)?.[1]
    if (lines !== undefined) keyLines = Math.min(Number(lines), MOST_LINES)
    netrcLine(content, start, spans)
    if (value !== undefined && goesOn(value, content, start, spans)) return
    const isHeader = header(content)
    if (!isHeader) assignment(content, start, spans)
  }

  function netrcLine(content: string, start: number, spans: SectionSpan[]): void {
    const bare = content.replace(/^[ \t+-]{0,40}(?:\d{1,6}[:|\t][ \t]?)?[ \t]*/, "").slice(0, 1_000)
    if (/^machine[ \t]+\S+(?:[ \t]+login[ \t]+\S+)?[ \t]*$/.test(bare)) {
      netrc = /\slogin\s/.test(bare) ? "login" : "machine"
    } else if (netrc !== undefined && /^login[ \t]+\S+[ \t]*$/.test(bare)) netrc = "login"
    else if (netrc === "login" && /^password[ \t]+\S+[ \t]*$/.test(bare)) {
      const password = bare.slice(9).trim()
      if (isPassword(password)) add(spans, password, start + content.lastIndexOf(password), "password", true)
      netrc = undefined
    } else if (!/^account\s/.test(bare)) netrc = undefined
  }

  /** Whether the line is one that says which file the next ones are of. */
  function header(content: string): boolean {
    if (section === "blank" && content.trim() === "") section = undefined
    if (section === "diff" && content.startsWith("diff ")) section = undefined
    if (content.length > 600) return false
    const match = HEADER.exec(content)
    const [, mark, path = ""] = match ?? []
    const isName = mark !== undefined || content.includes("<") || /:\s*$/.test(content)
    if (!isName || path === "" || path.includes("=")) return false
    if (isDotenvPath(path)) {
      section = mark === "==>" ? "head" : mark === undefined ? "blank" : "diff"
      value = undefined
      return true
    }
    const other = mark === "==>" || (mark !== undefined && section === "diff") || section === "blank"
    if (other && /[/.]/.test(path) && path !== "/dev/null") section = undefined
    return false
  }

  function assignment(content: string, start: number, spans: SectionSpan[]): void {
    const prefix = PREFIX.exec(content)
    const [whole = "", mark, path = "", number] = prefix ?? []
    if (!dotenv && section === undefined && !isDotenvPath(path.slice(0, -1).trimEnd())) return
    ASSIGNMENT.lastIndex = whole.length
    const match = ASSIGNMENT.exec(content)
    if (match === null) return
    const [head, comment, name = ""] = match
    const at = whole.length + head.length
    const rest = content.slice(at)
    const quote = rest[0] ?? ""
    if (!/["'`]/.test(quote)) {
      const bare = rest.replace(/[ \t]+#.*$/, "").trimEnd()
      if (hidesValue(name, bare)) add(spans, bare, start + at, "env-file", isToRemember(name, bare))
      return
    }
    const end = closing(rest, 1, quote)
    if (end < 0 && comment === undefined) {
      const hides = !isOfShell(name)
      value = { quote, mark: mark !== undefined, path, number: number !== undefined, lines: 0, hides }
      if (hides) add(spans, rest.slice(1), start + at + 1)
      return
    }
    const inside = rest.slice(1, end < 0 ? undefined : end)
    if (hidesValue(name, inside)) {
      add(spans, inside, start + at + 1, "env-file", isToRemember(name, inside))
    }
  }

  /** Whether the line still belongs to the value that began on an earlier one. */
  function goesOn(open: Open, content: string, start: number, spans: SectionSpan[]): boolean {
    open.lines += 1
    let at = 0
    if (open.mark || section === "diff") at += /^[+-]/.test(content) ? 1 : 0
    if (open.path !== "") at += content.slice(at).search(/\S|$/)
    if (open.path !== "" && content.startsWith(open.path, at)) at += open.path.length
    NUMBER.lastIndex = at
    if (open.number) at += NUMBER.exec(content)?.[0].length ?? 0
    const rest = content.slice(at)
    if (
      open.lines > MOST_LINES ||
      /^[ \t]*[A-Z][A-Z0-9_]{1,60}=[^=]/.test(rest) ||
      /^diff --git /.test(content)
    ) {
      value = undefined
      return false
    }
    const end = closing(rest, 0, open.quote)
    if (end >= 0) value = undefined
    if (open.hides) add(spans, end < 0 ? rest : rest.slice(0, end), start + at)
    return true
  }
}

/** Where the quote stands that ends a value: nothing but a comment is behind it; else the last one. */
function closing(rest: string, from: number, quote: string): number {
  for (let at = rest.indexOf(quote, from); at >= 0; at = rest.indexOf(quote, at + 1)) {
    if (rest[at - 1] !== "\\" && /^[ \t]*(?:#|$)/.test(rest.slice(at + 1, at + 200))) return at
  }
  const last = rest.lastIndexOf(quote)
  return last >= from && rest[last - 1] !== "\\" ? last : -1
}

function add(spans: SectionSpan[], text: string, start: number, kind = "env-file", remember = false): void {
  const value = text.trim()
  if (value === "") return
  const at = start + text.indexOf(value)
  spans.push({ start: at, end: at + value.length, kind, value, rank: RANK.keyword, remember })
}
