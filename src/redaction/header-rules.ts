import { RANK, type Rule, type Span } from "./rule.ts"
import { isWorkingDirectory, looksSecret } from "./secrecy.ts"
import { spansOf } from "./token-rules.ts"

/** Until its credential has arrived, a scheme must not pass for one. */
const SCHEME =
  /^(?:Bearer|Basic|Token|Digest|Negotiate|ApiKey|AWS4-HMAC-SHA256|Bot|GenieKey|SSWS|Klaviyo-API-Key|DeepL-Auth-Key|sso-key)$/i
const STAND_IN =
  /^(?:\$|<|\{|%[A-Z]|\*|\.\.\.|x{4}|your|token$|base64)|\$\{|\{\{|example|redacted|placeholder/i

/** `Authorization: Bearer …`, `"authorization": "Basic …"`, `-H 'Proxy-Authorization: token …'`. */
const AUTHORIZATION =
  /authorization(?:\\{0,7}["'`]|%22|&quot;)?[\])]?[ \t]{0,4}(?:=>|:|=|,|%3A)[ \t]{0,4}(?:\\{0,7}["'`]|%22|&quot;|[fbr]"|%20)?(?:(?:Bearer|Basic|Token|Digest|Negotiate|ApiKey|AWS4-HMAC-SHA256|Bot|GenieKey|SSWS|Klaviyo-API-Key|DeepL-Auth-Key|sso-key)(?:[ \t]{1,4}|%20|\+))?([A-Za-z0-9~+/._:=%-]{8,4096})/gi
/** The scheme alone, as logs and prose have it. */
const BEARER = /\bBearer(?:[ \t]{1,4}|%20|\+)([A-Za-z0-9~+/._=%-]{16,4096})/gi
const BASIC = /\bBasic[ \t]{1,4}([A-Za-z0-9+/_-]{12,512}={0,2})/g
/** `scheme://user:password@host`, whatever the scheme. */
const CONNECTION =
  /\b[a-z][a-z0-9+.-]{1,30}:(?:\/\/|\\\/\\\/|%2[Ff]%2[Ff])[^\s:/@"'`<>\\]{0,100}:([^\s/"'`<>\\]{3,200})@[A-Za-z0-9_.[{$-]/gi
/** ADO.NET, JDBC and libpq: `Server=…;Password=…;`. */
const PASSWORD_FIELD = /(?:^|[;?&\s"'])(?:password|pwd)[ \t]?=[ \t]?([^;&\s"'`\\]{4,128})/gi
const CURL_USER = /(?:^|\s)(?:-u|--user|--proxy-user)[ =]{1,2}["']?[^\s:"']{1,80}:([^\s"']{4,128})/g
const MYSQL_P = /\bmysql(?:dump|admin)?\b[^\n]{0,80}\s-p([^\s"'-][^\s"']{4,60})/g
const SESSION_COOKIE =
  /(?:[?&;,\s"']|cookie:[ \t]?)(?:[\w.-]{0,24}(?:sess(?:ion)?(?:id)?|\bsid|auth|token|csrf|jwt)[\w.-]{0,12})=([A-Za-z0-9%+/._~:|-]{16,2000})/gi

export function createHeaderRules(): Rule[] {
  return [
    { literals: ["authorization"], find: (line) => believable(line, AUTHORIZATION, "authorization") },
    { literals: ["bearer"], find: (line) => believable(line, BEARER, "authorization", 3) },
    { literals: ["basic"], find: (line) => believable(line, BASIC, "authorization", 3) },
    {
      literals: ["://", ":\\/\\/", "%2f%2f"],
      find: (line) => certain(line, CONNECTION, "connection-string"),
    },
    { literals: ["password", "pwd"], find: (line) => guessable(line, PASSWORD_FIELD, "connection-string") },
    { literals: ["curl", "--user", "-u "], find: (line) => certain(line, CURL_USER, "password") },
    { literals: ["mysql"], find: (line) => certain(line, MYSQL_P, "password") },
    {
      literals: ["cookie"],
      find: (line) => (/cookie/i.test(line) ? believable(line, SESSION_COOKIE, "cookie", 3) : []),
    },
  ]
}

function* believable(line: string, pattern: RegExp, kind: string, minimum = 2): Iterable<Span> {
  for (const span of spansOf(line, pattern, kind, RANK.own)) {
    const { value } = span
    if (SCHEME.test(value) || STAND_IN.test(value)) continue
    // A word behind "Bearer" is prose: a credential has digits, or capitals inside.
    if (minimum > 2 && !/\d|[a-z][A-Z]{1,3}[a-z]|=$/.test(value)) continue
    if (/^[A-Za-z]+(?:\.[A-Za-z_]+)*$/.test(value) && value.length < 24) continue
    yield span
  }
}

function* guessable(line: string, pattern: RegExp, kind: string): Iterable<Span> {
  for (const span of spansOf(line, pattern, kind, RANK.own)) {
    if (/^[A-Za-z_]\w*(?:(?:\.\w+)+\(|\((?:.*\))?$)/.test(span.value)) continue
    if (isWorkingDirectory(line, span.start)) continue
    if (looksSecret(span.value, { password: true, quoted: true })) yield span
  }
}

const USUAL = new Set(
  "password,passwd,pass,secret,pwd,postgres,root,admin,user,username,guest,test,example,token".split(","),
)

function* certain(line: string, pattern: RegExp, kind: string): Iterable<Span> {
  for (const span of spansOf(line, pattern, kind, RANK.own)) {
    if (isPassword(span.value)) yield span
  }
}

/** Where a password stands for sure, it may be simple; but people also write what should be put there. */
export function isPassword(value: string): boolean {
  if (USUAL.has(value.toLowerCase()) || STAND_IN.test(value)) return false
  return value.length >= 3 && !/^(.)\1*$|^\d{1,5}$|^[A-Z_]{3,}$|^[[(]/.test(value)
}
