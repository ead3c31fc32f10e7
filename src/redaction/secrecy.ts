/** What stands beside a value: how much of a secret it has to look like. */
export interface Beside {
  /** A password may be short and simple; a token is long and random. */
  password: boolean
  /** In quotes it is a value. Without, it may be a name in code. */
  quoted: boolean
}

/** What people write where a secret would stand. */
const STAND_IN =
  /^(?:\$|%[A-Z_]|<|\{|\[|@|#)|\$\{|\{\{|\*\*\*|\.\.\.|…|your|example|placeholder|change[-_]?(?:me|this|it)|replace|insert|dummy|redacted|x{4,}|0{6,}|undefined|^(?:null|none|nil|true|false|string|todo|fixme|test|secret|password|token)$|process\.|import\.meta|environ|getenv|secrets\.|vars\.|(?:^|[^\w])env[.[(]/i
/** `config.auth.token`, `Array<string>`, `getToken()`, `my-secret-name`. */
const IDENTIFIER = /^[A-Za-z_$@][\w$]{0,80}(?:(?:\.|::|->|\?\.|-|\/|:)[A-Za-z_$][\w$]{0,80}){0,20}[!?;]?$/
const CALL = /^[\w$.:]{1,80}[([]/
const PATH = /^(?:~|\.{0,2}\/|[A-Za-z]:[\\/]|[a-z][a-z0-9+.-]{1,20}:\/\/)/
const PLAIN_NUMBER = /^[\d.,:_/+TZ-]+$/
/** `sha256:9f86…` and the like beside `token` are fingerprints. */
const FINGERPRINT = /^(?:sha\d{1,3}[-:]|md5[-:]|urn:|SHA256:|ssh-|arn:)/
/** Ids of OpenCode and of calls of models. */
const KNOWN_ID = /^(?:ses|msg|prt|call|toolu|usr|per|que|evt|wrk|pty|chatcmpl|resp|req|run|step)[_-]/

/** Whether a value that stands behind a word such as `password` or `token` is one. */
export function looksSecret(value: string, { password, quoted }: Beside): boolean {
  if (STAND_IN.test(value) || PATH.test(value) || FINGERPRINT.test(value) || KNOWN_ID.test(value))
    return false
  if (PLAIN_NUMBER.test(value) || (!quoted && CALL.test(value))) return false
  // Words of languages with other letters; passwords for computers are typed on every keyboard.
  if (/[^\x00-\x7f]/.test(value) && !/\d/.test(value)) return false
  const classes = classesOf(value)
  if (password) {
    if (value.length < 6 || classes.length < 2) return false
    const wordy = !/\d/.test(value) && (classes === "al" || IDENTIFIER.test(value))
    return !wordy && !(isWordy(value) && value.length < 12 && classes.length < 3 && !quoted)
  }
  if (value.length < 12 || isWordy(value)) return false
  const mixed =
    classes.includes("d") || (value.length >= 20 && classes.includes("a") && classes.includes("l"))
  return mixed && entropy(value) >= (value.length < 20 ? 2.8 : 3)
}

/** Unlike anything else, so that a secret can be looked for wherever else it may stand, without any word beside it. */
export function isDistinct(value: string): boolean {
  if (value.length < 8) return false
  const classes = classesOf(value).length
  return classes >= 3 || (classes === 2 && entropy(value) >= 2.5 && !isWordy(value))
}

/** Which kinds of character a value has: `a` capitals, `l` small letters, `d` digits, `s` all else. */
function classesOf(value: string): string {
  return (
    (/[A-Z]/.test(value) ? "a" : "") +
    (/[a-z]/.test(value) ? "l" : "") +
    (/\d/.test(value) ? "d" : "") +
    (/[^A-Za-z0-9]/.test(value) ? "s" : "")
  )
}

const WORD =
  /^(?:[a-z]+|[A-Z]+|[A-Z]?[a-z]+(?:[A-Z][a-z]+){0,8}|[vV]?\d{1,4}|20\d{6}|[A-Za-z][a-z]{2,14}\d{1,2}|[A-Z]{2,8}[a-z]+|[vV]\d+(?:\.\d+){0,3})$/

/** Made of words and small numbers, such as `claude-sonnet-4-5` or `refreshTokenV2`. */
export function isWordy(value: string): boolean {
  const pieces = value.split(/[-_./:@+#!?,;=~|$]+|(?<=[a-z])(?=[A-Z])/).filter((piece) => piece !== "")
  if (!pieces.every((piece) => WORD.test(piece))) return false
  const letters = value.replace(/[^A-Za-z]/g, "")
  if (letters.length < 8) return true
  // A random string of small letters only is no word either; words have vowels, and so many.
  const vowels = letters.replace(/[^aeiouyAEIOUY]/g, "").length / letters.length
  const average = letters.length / pieces.filter((piece) => /[A-Za-z]/.test(piece)).length
  return vowels >= 0.2 && vowels <= 0.65 && average >= 2.5
}

/** Bits a character (Shannon). Characters outside ASCII are taken modulo 128. */
export function entropy(value: string): number {
  const counts = new Uint16Array(128)
  for (let at = 0; at < value.length; at++) {
    const symbol = value.charCodeAt(at) & 127
    counts[symbol] = (counts[symbol] as number) + 1
  }
  let bits = 0
  for (const count of counts) {
    if (count > 0) bits -= (count / value.length) * Math.log2(count / value.length)
  }
  return bits
}

/** Not behind `;`, as in a connection string. */
const SHELLS = /(?<![A-Za-z0-9_;&?-])(?:OLD)?PWD(?:\\{0,7}["'`])?[ \t]?[=:][ \t]?(?:\\{0,7}["'`])?$/

/** `PWD=/srv/app`: what a shell calls so holds no password, and would be learned as one. `at` is where the value begins. */
export function isWorkingDirectory(line: string, at: number): boolean {
  const before = line.slice(Math.max(0, at - 24), at)
  return (
    SHELLS.test(before) &&
    /^(?:~|[A-Za-z]:)?[/\\][\w.-]{1,255}(?:[/\\\s"'`]|$)/.test(line.slice(at, at + 260))
  )
}
