import { RANK, type Rule, type Span } from "./rule.ts"
import { isWorkingDirectory, looksSecret } from "./secrecy.ts"

/** A quote as it is written in code, in JSON inside JSON (`\"`, `\\\"`), in URLs and in HTML. */
const QUOTE = String.raw`(?:\\{0,7}["'\x60]|%22|&quot;|\\{1,4}u0022)`
/** The name goes on: `tokenForDeploy`, `password_2`. */
const REST = "([A-Za-z0-9_.-]{0,32})"
/** Behind the name, also in colours and in bold: `"]`, `: string` (a type), and then `=`, `: `, `=>`, `(`, `>`. */
/** As `withoutColours` (lines.ts) leaves them. */
const COLOUR = String.raw`\x1b{0,36}`
const STARS = String.raw`(?:\*\*|__)?`
const JOINT = String.raw`${COLOUR}(?:${QUOTE}?[\])]?|\?|!)${STARS}(?:[ \t]{0,2}:[ \t]{0,2}[\w&<>|\[\]' ]{1,24}(?==))?[ \t]{0,8}(=>|:=|==|=|:|,|>|\(|%3[AaDd]|[|│]|\b(?:is|to)\b)${STARS}${COLOUR}[ \t]{0,8}${COLOUR}`
const FLAG = String.raw`()${QUOTE}?,?[ \t]{1,4}`
/** `String::from("…")`, `new Secret("…")`. */
const WRAPPED = String.raw`(?:(?:new )?[\w.:]{1,40}\(){0,2}`
const VALUE = String.raw`(?:${WRAPPED}${QUOTE}([^\s"'\x60\\]{4,512})|([^\s"'\x60\\<>,;(){}[\]|&\x1b]{6,512}))`

const PASSWORD = "passw(?:or)?d|passphrase|passcode|passwd|pass|pwd"
const TOKEN =
  "secret|token|credentials?|api[-_. ]?keys?|(?:access|private|auth|account|shared|signing|encryption|master|license|service|storage|admin|client)[-_ ]?key|(?<!cache|primary|foreign|sort|partition|public|object|row|idempotency|host|routing|query|surrogate|message|event|map)[-_]key|[-_]auth|auth[-_]pass|[-_]pat|[-_]dsn|session[-_]?(?:cookie|key)|cookie|salt"

const NAMED = new RegExp(`(?:(${PASSWORD})|(${TOKEN}))${REST}${JOINT}${VALUE}`, "gi")
/** A password of all signs: judged by all of it, and only where it can be no code. */
const SIGNS = new RegExp(
  String.raw`(?:${PASSWORD})(?:[\w.-]{0,32})${QUOTE}?[ \t]{0,4}(?:=|:|\bis\b)[ \t]{0,4}([^\s"'\x60\\<>{}[\](),$\x1b][^\s"'\x60\\\x1b]{7,127})(?=\s|$)`,
  "gi",
)
const FLAGGED = new RegExp(`--?(?:[a-z]{1,20}-){0,3}(?:(${PASSWORD})|(${TOKEN}))${REST}${FLAG}${VALUE}`, "gi")

/** What says that a name is about a secret and does not hold one: `token_count`, `passwordField`, `secretName`. */
const ABOUT = new Set(
  (
    "count counts length len size limit budget usage type types name names id ids field input label hint placeholder " +
    "path file dir folder url uri endpoint policy expiry expires expiration expired at ttl age izer izers ization ize " +
    "ized prefix suffix regex pattern format schema version header param params provider manager store storage service " +
    "class error errors required valid validator reset ref kind scope scopes status hash hashed hasher digest less " +
    "index offset ring board code word stream"
  ).split(" "),
)

/** The literals of the patterns above. `key` alone stands in every second line of code. */
const LITERALS = [
  "passw",
  "passphrase",
  "passcode",
  "_pass",
  "pass=",
  'pass"',
  "pass:",
  "-pass",
  "pwd",
  "secret",
  "token",
  "credential",
  "api key",
  "api.key",
  "apikey",
  "_key",
  "-key",
  "accesskey",
  "privatekey",
  "authkey",
  "accountkey",
  "sharedkey",
  "signingkey",
  "encryptionkey",
  "masterkey",
  "licensekey",
  "servicekey",
  "storagekey",
  "access key",
  "_auth",
  "-auth",
  "_pat",
  "_dsn",
  "cookie",
  "sessionkey",
  "salt",
]

/** A value that looks like a secret, next to a word such as password or token. */
export function createKeywordRule(): Rule {
  return {
    literals: LITERALS,
    *find(line) {
      yield* named(line, NAMED)
      yield* ofSigns(line)
      if (line.includes("-")) yield* named(line, FLAGGED)
    },
  }
}

function* named(line: string, pattern: RegExp): Iterable<Span> {
  for (const match of line.matchAll(pattern)) {
    const [whole, password, , rest = "", joint = "", quotedValue, bareValue] = match
    const quoted = quotedValue !== undefined
    const raw = quotedValue ?? bareValue ?? ""
    const behind = match.index + whole.length
    if (isAbout(rest) || (!quoted && isCode(joint, line[behind]))) continue
    const value = raw.replace(quoted ? /(?:%22|&quot;|[:,;])$/ : /[.:!?*_~]{1,4}$/, "")
    if (!looksSecret(value, { password: password !== undefined, quoted })) continue
    const start = behind - raw.length
    if (isWorkingDirectory(line, start)) continue
    const more = quoted ? restInQuotes(line, start, behind) : restOfRun(line, behind, joint)
    if (more > 0) {
      const all = line.slice(start, behind + more)
      yield { start, end: behind + more, kind: kindOf(password), value: all, rank: RANK.keyword }
      continue
    }
    yield { start, end: start + value.length, kind: kindOf(password), value, rank: RANK.keyword }
  }
}

function kindOf(password: string | undefined): string {
  return password === undefined ? "secret" : "password"
}

const RUN = /[^\s"'`\\\x1b]{1,256}/y

/** What of a password stands behind the first sign that may end one: `Tr0ub4dor&3xyz`. */
function restOfRun(line: string, at: number, joint: string): number {
  RUN.lastIndex = at
  let run = RUN.exec(line)?.[0] ?? ""
  // The next field of a query or a list, a command, an element.
  run = run.replace(/(?:[&;,|][\w.-]{1,40}[=:]|<|[&;,|>]{2}).*/, "")
  if (joint === ">") return 0
  // A sign that closes what was opened before it is no part.
  for (;;) {
    const shorter = run.replace(/(?:[\].,;:!?>*_~|&}]|\)(?<!\(.*\)))$/, "")
    if (shorter === run) break
    run = shorter
  }
  return /[A-Za-z0-9]/.test(run) && !/^[)\]}]+[.,;]/.test(run) ? run.length : 0
}

/** What stands behind another quote than that which the value began with. */
function restInQuotes(line: string, start: number, at: number): number {
  const quote = line[start - 1] ?? ""
  const other = line[at] ?? ""
  if (!/["'`]/.test(quote) || !/["'`]/.test(other) || other === quote || line[start - 2] === "\\") return 0
  const rest = line.slice(at, at + 128)
  const end = rest.indexOf(quote)
  return end > 0 && !/\s/.test(rest.slice(0, end)) ? end : 0
}

function* ofSigns(line: string): Iterable<Span> {
  for (const match of line.matchAll(SIGNS)) {
    const raw = match[1] ?? ""
    const value = raw.replace(/[.,:;!?*_~\]}]{1,4}$|(?<!\(.*)\)$/, "")
    const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((kind) => kind.test(value)).length
    if (kinds < 4 || /^[\w$.]*[([]|[&;,][\w.-]{1,40}[=:]|=>|\$\{|:\/\//.test(value)) continue
    const start = match.index + match[0].length - raw.length
    if (isWorkingDirectory(line, start)) continue
    yield { start, end: start + value.length, kind: "password", value, rank: RANK.keyword }
  }
}

/** By the last word of the rest of the name: `Count` in `tokenCount`, `name` in `secret_key_name`, `manager` in `secretsmanager`. */
function isAbout(rest: string): boolean {
  const last = rest
    .replace(/^s(?=[A-Za-z])/, "")
    .split(/[._-]+|(?<=[a-z\d])(?=[A-Z])/)
    .findLast((word) => word !== "")
  return last !== undefined && ABOUT.has(last.toLowerCase())
}

/** Without quotes it is a value behind `=` or `:`, and in an element; an argument or a call is code. */
function isCode(joint: string, next: string | undefined): boolean {
  if (joint === ">") return next !== "<"
  return joint === "," || joint === "(" || next === "(" || next === "["
}

/** Whether the name of a variable says that its value is secret. */
export function namesSecret(name: string): "password" | "token" | undefined {
  const about =
    /(?:_(?:ID|NAME|URL|URI|PATH|FILE|DIR|TYPE|COUNT|LIMIT|SIZE|SOCK|AGENT_PID|HASH|TTL|AGE|REGION|VERSION|ENABLED))$/i
  if (about.test(name)) return undefined
  if (/pass(?:w|phrase|code|$|_)|pwd$|_pw$|_pw_/i.test(name) && !/^(?:OLD)?PWD$/.test(name)) return "password"
  return /secret|token(?!izer)|credential|api_?key|(?:^|_)key(?:$|_)|(?:^|_)auth(?:$|_)|_pat$|_dsn$|private|_salt$|webhook|cookie/i.test(
    name,
  )
    ? "token"
    : undefined
}
