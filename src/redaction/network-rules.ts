import { RANK, type Rule, type Span } from "./rule.ts"
import { spansOf } from "./token-rules.ts"

const EMAIL = /(?<![\w.+/-])[A-Za-z0-9][\w.+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z]{2,24}(?![\w-])/g
/** Nobody's: RFC 2606, and what forges write for somebody who does not want to be written to. */
const NOBODY =
  /@(?:.*\.)?(?:example\.(?:com|org|net)|[\w.-]*\.?(?:example|test|invalid|localhost)|users\.noreply\.github\.com)$|^(?:git|noreply|no-reply)@/i

const SUFFIX =
  "internal|local|localdomain|corp|lan|intranet|private|home\\.arpa|svc|svc\\.cluster\\.local|consul"
const HOST = new RegExp(
  `(?<![\\w.@/-])(?:[a-z0-9_-]{1,63}\\.){1,6}(?:${SUFFIX})(?![\\w(-]|\\.[A-Za-z])|(?<=[@/])(?:[a-z0-9_-]{1,63}\\.){1,6}(?:${SUFFIX})(?=[:/?#\\s"'\`)\\]}>,;]|\\.?$)`,
  "gi",
)
/** One label behind `://`, as inside a company or a compose file. */
const LABEL = /(?<=:\/\/(?:[^\s/@"'<>]{1,100}@)?)(?!localhost\b)[a-z][a-z0-9-]{1,62}(?=[:/?#\s"'`)\]},;]|$)/gi

const V4 =
  /(?<![\w.:-]|\bv(?:ersion)?[ :=]{0,2}"?)(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w-]|\.\d)/gi
const V6 = /(?<![\w:.])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?![\w:.])/gi
/** This machine, no machine, everybody, and the addresses of documentation (RFC 5737, RFC 3849). */
const NO_ADDRESS =
  /^(?:127\.|0\.0\.0\.0$|255\.|192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|::1?$|2001:0?db8:|fe80::$|ff0)/i

/** Off unless asked for: they are in every lock file, log and README. */
export function createNetworkRules(options: { emails: boolean; hosts: boolean; addresses: boolean }): Rule[] {
  const rules: Rule[] = []
  if (options.emails) {
    rules.push({
      literals: ["@"],
      find: (line) => unless(line, EMAIL, "email", (value) => NOBODY.test(value)),
    })
  }
  if (options.hosts) {
    const suffixes = [
      ".internal",
      ".local",
      ".corp",
      ".lan",
      ".intranet",
      ".private",
      ".home.arpa",
      ".svc",
      ".consul",
    ]
    rules.push({ literals: suffixes, find: (line) => spansOf(line, HOST, "host", RANK.network) })
    rules.push({ literals: ["://"], find: (line) => spansOf(line, LABEL, "host", RANK.network) })
  }
  if (options.addresses) {
    rules.push({
      *find(line) {
        yield* unless(line, V4, "address", (value) => NO_ADDRESS.test(value))
        if (line.includes(":")) yield* unless(line, V6, "address", isNoV6)
      },
    })
  }
  return rules
}

function isNoV6(value: string): boolean {
  if (NO_ADDRESS.test(value)) return true
  // `12:30:45` is a time, `a::b` a name in C++, and six pairs are a network card.
  const groups = value.split(":").filter((group) => group !== "")
  const compressed = value.includes("::")
  return compressed ? groups.length < 2 || !/\d/.test(value) : groups.length !== 8
}

function* unless(
  line: string,
  pattern: RegExp,
  kind: string,
  harmless: (value: string) => boolean,
): Iterable<Span> {
  for (const span of spansOf(line, pattern, kind, RANK.network)) {
    if (!harmless(span.value)) yield span
  }
}
