import { namesSecret } from "./keyword-rules.ts"
import { isWordy } from "./secrecy.ts"

/** `.env`, `.env.local`, `prod.env`, `env.production`, `.envrc`; what is called an example has none of the real values. */
const FILE =
  /(?:^|[\\/\s"'=<>*{,:])(?:(?!process\.|import\.|Deno\.|Bun\.)[\w.-]{0,100}\.env(?:\.(?!example|sample|template|dist|defaults?)[\w-]+)*|\.envrc|\.dev\.vars|env\.(?:prod(?:uction)?|staging|dev(?:elopment)?|test|local|ci)(?:\.local)?)(?=$|[\s"';|&)<>*},]|\.\*)/i
/** Commands that print the environment. */
const PRINTS = /(?:^|[;&|(]\s*)(?:printenv|env|export -p|set)\s*(?:$|[;&|)>])/

const NAMES = ["filePath", "file", "path", "filename", "file_path", "include", "glob", "command"]

/** Whether an object is about a `.env` file: its own name, or that in the input of the tool which made it. */
export function isAboutDotenv(object: Readonly<Record<string, unknown>>): boolean {
  const { input } = object
  const places =
    typeof input === "object" && input !== null ? [object, input as Record<string, unknown>] : [object]
  return places.some((place) =>
    NAMES.some((name) => {
      const value = place[name]
      if (typeof value !== "string" || value.length > 4_096) return false
      return FILE.test(value) || (name === "command" && PRINTS.test(value))
    }),
  )
}

/** OpenCode's read tool begins with the path. */
export function beginsAsDotenv(text: string): boolean {
  const path = /^\s*<(?:path|file)>([^<\n]{1,1000})</.exec(text.slice(0, 1_100))?.[1]
  return path !== undefined && FILE.test(path)
}

/** Whether a path is that of a `.env` file. */
export function isDotenvPath(path: string): boolean {
  return FILE.test(path)
}

const HARMLESS =
  /^(?:true|false|yes|no|on|off|null|none|info|debug|warn|error|development|dev|production|prod|staging|test|local|localhost|default|utf-?8|\d{1,6}(?:\.\d+)?|[a-z]{2}[-_][A-Z]{2}|\$.*|<.*>|your.*|change-?me|https?:\/\/(?:localhost|127\.0\.0\.1)[^@]*|\[redacted:[^\]]*\])$/i
/** What the shell and the desktop set, none of it secret: `BASH_EXECUTION_STRING` is the tool's own command. */
const SHELL =
  /^(?:BASH\w*|TERM\w*|COLORTERM|PATH|MANPATH|INFOPATH|PWD|OLDPWD|SHELL|SHELLOPTS|SHLVL|_|HOME|LANG|LANGUAGE|LC_\w+|EDITOR|VISUAL|PAGER|USER|LOGNAME|HOSTNAME|HOSTTYPE|MACHTYPE|OSTYPE|IFS|PS[1-4]|PPID|UID|EUID|GROUPS|DIRSTACK|PIPESTATUS|OPT(?:IND|ERR|ARG)|COLUMNS|LINES|HIST\w+|LS_COLORS|LESS\w*|DISPLAY|WAYLAND_DISPLAY|XDG_\w+|DBUS_SESSION_BUS_ADDRESS|SSH_(?:TTY|CLIENT|CONNECTION|AUTH_SOCK|AGENT_PID)|TZ|TMPDIR|TEMP|TMP|MAIL)$/
const TELLING =
  /pass|pwd|secret|token|key|auth(?!or)|cred|private|salt|cookie|webhook|dsn|seed|mnemonic|phrase|answer|jwt|otp|pin$|license/i
/** What such a name can be about without holding it: `AUTH_PROVIDER`, `TOKEN_MODE`. */
const ABOUT =
  /_(?:PROVIDER|MODE|FORMAT|METHOD|ALGORITHM|ALGO|STRATEGY|EXPIRY|EXPIRES(?:_IN)?|EXPIRATION|HOST|PORT|ENV|LENGTH|DRIVER|SCHEME|USER|USERNAME|EMAIL|DOMAIN|ISSUER|AUDIENCE|BACKEND|STORE|PREFIX|HEADER|LEVEL|SCOPES?)$/i
/** Words that stand in every session: never taken out of it for being a value somewhere. */
const COMMON = new Set(
  (
    "password passwd secret secrets postgres postgresql mysql mongodb sqlite example sample testing tester default " +
    "github gitlab google bearer session cookie cookies enabled disabled required optional docker redis changeit " +
    "username admin123 administrator database public private internal external master server client string number " +
    "base64 sha256 sha512 memory filesystem oauth2 anonymous unknown undefined placeholder development production staging"
  ).split(" "),
)

/** Whether a value of a `.env` file, or of what prints the environment, is not to be shown. */
export function hidesValue(name: string, value: string): boolean {
  if (value.length < 3 || HARMLESS.test(value) || isOfShell(name)) return false
  return TELLING.test(name) || !isPlain(value)
}

export function isOfShell(name: string): boolean {
  return SHELL.test(name)
}

/** Whether a value is looked for wherever else it may stand: by its name, since it may be a word. */
export function isToRemember(name: string, value: string): boolean {
  if ((namesSecret(name) === undefined && !/key$/i.test(name)) || ABOUT.test(name)) return false
  if (value.length < 6 || HARMLESS.test(value) || COMMON.has(value.toLowerCase())) return false
  return !/^\d{1,7}$|^(?:~|\.{0,2})\/|^[A-Za-z]:\\|:\/\/|^(.)\1*$/.test(value)
}

/** A path, a number, a locale, a cloud's region, or words. */
function isPlain(value: string): boolean {
  if (/^(?:~|\.{0,2})\/[^\s]*$|^[A-Za-z]:\\[^\s]*$/.test(value)) {
    return value.split(/[/\\:]/).every((part) => part.length < 20 || isWordy(part))
  }
  if (
    /^-?\d{1,12}(?:\.\d{1,12})?$|^[a-z]{2}(?:-[a-z]{4,9}){1,2}-\d$|^(?:[a-z]{2,3}(?:[_-][A-Z]{2})?|C|POSIX)(?:[.@][\w-]{1,20})?$/.test(
      value,
    )
  )
    return true
  return !/\d/.test(value) && isWordy(value.trim().replace(/\s+/g, "-"))
}
