import { isPassword } from "./header-rules.ts"
import { namesSecret } from "./keyword-rules.ts"
import { RANK, type Rule, type Span } from "./rule.ts"
import { spansOf } from "./token-rules.ts"

const Q = String.raw`\\{0,7}["']`

/** `"auth": "<Base64 of user:password>"`, as docker keeps it. */
const REGISTRY_AUTH = new RegExp(
  `${Q}auth${Q}[ \\t]{0,4}:[ \\t]{0,4}${Q}([A-Za-z0-9+/_-]{8,4096}={0,2})`,
  "g",
)
const NETRC = /\blogin[ \t]{1,8}\S{1,200}[ \t]{1,8}password[ \t]{1,8}([^\s"'`\\]{3,200})/g
const SSHPASS =
  /\bsshpass\b(?:[ \t]{1,4}-[evfP]\S{0,100}){0,3}[ \t]{1,4}-p[ \t]{0,4}["']?([^\s"'`\\]{3,200})/g
/** `setx NAME value`, and fish's `set -gx NAME value`. */
const SETX =
  /\b(?:setx|set(?:[ \t]{1,4}-(?:[a-zA-Z]{1,4}|-(?:export|global|universal|local))){1,4})[ \t]{1,4}(?:\/[mM][ \t]{1,4})?["']?([A-Za-z_][\w-]{1,80})["']?[ \t]{1,4}["']?([^\s"'`\\;|&]{4,512})/g
/** `{"name": "API_TOKEN", "value": "…"}`, with nothing but small fields between. */
const BETWEEN = `(?:[ \\t]{0,4},[ \\t]{0,4}${Q}\\w{1,40}${Q}[ \\t]{0,4}:[ \\t]{0,4}[\\w"]{1,40}){0,2}[ \\t]{0,4},[ \\t]{0,4}`
const NAME = `${Q}(?:name|key|Name|Key)${Q}[ \\t]{0,4}:[ \\t]{0,4}${Q}([\\w.-]{2,80})${Q}`
const VALUE = `${Q}(?:value|Value)${Q}[ \\t]{0,4}:[ \\t]{0,4}${Q}([^\\s"'\`\\\\]{4,1024})`
const NAME_VALUE = new RegExp(`${NAME}${BETWEEN}${VALUE}`, "g")
const VALUE_NAME = new RegExp(`${VALUE}${Q}${BETWEEN}${NAME}`, "g")
/** host:port:database:user:password */
const PGPASS =
  /^[ \t+-]{0,8}(?:\d{1,6}[:|\t][ \t]?)?(?:[\w.-]{1,253}|\*):(?:54\d\d|6432|\*):(?!\d+:)[\w.*-]{1,63}:[\w.*@-]{1,63}:(\S{3,128})(?=\s|$)/g
const CRYPT =
  /\$(?:[156]\$(?:rounds=\d{1,9}\$)?[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{22,86}|(?:y|gy|7)\$[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{1,86}\$[./A-Za-z0-9]{43}|2[abxy]\$\d\d\$[./A-Za-z0-9]{53}|apr1\$[./A-Za-z0-9]{1,8}\$[./A-Za-z0-9]{22}|argon2(?:id|[id])\$v=\d{1,3}\$[a-z0-9=,]{1,60}\$[A-Za-z0-9+/]{8,64}\$[A-Za-z0-9+/]{16,128})/g
const WIFI = /\b(?:psk|wpa_passphrase|wpa-psk|sae_password)[ \t]{0,2}=[ \t]{0,2}(")?/g
const AMAZON =
  /X-Amz-(?:Signature=([0-9a-f]{64})|Credential=([\w%/.-]{8,200})|Security-Token=([\w%/+=.-]{16,4096}))/gi
const SENTRY = /\bhttps?:\/\/([0-9a-f]{32}(?::[0-9a-f]{32})?)@[\w.-]{1,200}\/\d/g

/** Secrets that files and commands have in a place of their own, whatever they look like there. */
export function createFormRules(): Rule[] {
  return [
    { literals: ['auth"', "auth'", "auth\\"], find: registryAuth },
    { literals: ["login"], find: (line) => passwords(line, NETRC) },
    { literals: ["sshpass"], find: (line) => passwords(line, SSHPASS) },
    { literals: ["setx", "set -"], find: (line) => named(line, SETX, 1, 2) },
    {
      literals: ['value"', "value'", "value\\"],
      *find(line) {
        yield* named(line, NAME_VALUE, 1, 2)
        yield* named(line, VALUE_NAME, 2, 1)
      },
    },
    { literals: [":543", ":6432:", ":*:", ":54"], find: (line) => passwords(line, PGPASS) },
    {
      literals: [
        "$1$",
        "$5$",
        "$6$",
        "$y$",
        "$gy$",
        "$7$",
        "$2a$",
        "$2b$",
        "$2x$",
        "$2y$",
        "$apr1$",
        "$argon2",
      ],
      find: (line) => spansOf(line, CRYPT, "password-hash", RANK.own),
    },
    { literals: ["psk", "wpa_passphrase", "sae_password"], find: wifi },
    { literals: ["x-amz-"], find: amazon },
    { literals: ["sentry", "ingest"], find: (line) => spansOf(line, SENTRY, "sentry-dsn", RANK.own) },
  ]
}

function* passwords(line: string, pattern: RegExp): Iterable<Span> {
  for (const span of spansOf(line, pattern, "password", RANK.own)) {
    if (isPassword(span.value)) yield span
  }
}

function* registryAuth(line: string): Iterable<Span> {
  for (const span of spansOf(line, REGISTRY_AUTH, "registry-auth", RANK.own)) {
    if (/^[\x20-\x7e]{1,}:[\x20-\x7e]{2,}$/.test(fromBase64(span.value))) yield span
  }
}

function fromBase64(text: string): string {
  try {
    return atob(text.replaceAll("-", "+").replaceAll("_", "/"))
  } catch {
    return ""
  }
}

const WORDS =
  /^(?:required|optional|enabled|disabled|string|number|boolean|object|production|development|staging)$/i

function* named(line: string, pattern: RegExp, nameAt: number, valueAt: number): Iterable<Span> {
  for (const match of line.matchAll(pattern)) {
    const [name = "", value = ""] = [match[nameAt], match[valueAt]]
    const says = namesSecret(name) ?? (/[a-z]Key$/.test(name) ? "token" : undefined)
    if (says === undefined || value.length < 6 || !isPassword(value) || WORDS.test(value)) continue
    const from = valueAt === 2 ? match[0].lastIndexOf(value) : match[0].indexOf(value)
    const start = match.index + from
    const kind = says === "password" ? "password" : "secret"
    yield { start, end: start + value.length, kind, value, rank: RANK.keyword }
  }
}

/** Word by word: a passphrase may hold spaces, and no rule looks beyond one. */
function* wifi(line: string): Iterable<Span> {
  for (const match of line.matchAll(WIFI)) {
    const from = match.index + match[0].length
    const rest = line.slice(from, from + 80)
    const text = /^[^"]*/.exec(match[1] === undefined ? (/^\S*/.exec(rest)?.[0] ?? "") : rest)?.[0] ?? ""
    for (const word of text.matchAll(/\S+/g)) {
      const value = word[0]
      if (value.length < 2 || (match[1] === undefined && !isPassword(value))) continue
      const start = from + word.index
      yield { start, end: start + value.length, kind: "password", value, rank: RANK.own }
    }
  }
}

function* amazon(line: string): Iterable<Span> {
  for (const match of line.matchAll(AMAZON)) {
    const value = match[1] ?? match[2] ?? match[3] ?? ""
    const start = match.index + match[0].length - value.length
    yield { start, end: start + value.length, kind: "aws-signature", value, rank: RANK.own }
  }
}
