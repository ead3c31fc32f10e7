import { namesSecret } from "./keyword-rules.ts"
import type { KnownValues } from "./known-values.ts"
import type { Span } from "./rule.ts"
import { isDistinct } from "./secrecy.ts"

const HARMLESS =
  /^(?:true|false|yes|no|on|off|null|none|development|production|staging|test|local|default|\d{1,7}(?:\.\d+)?)$/i
const PATHS = /^(?:~|\.{0,2}\/|[A-Za-z]:\\)[^\s]*$/

/**
 * Takes the secrets of the environment: what a variable holds whose name says so, and whatever `look`, the rules,
 * finds in any other.
 */
export function learnEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  known: KnownValues,
  look: (line: string) => Iterable<Span>,
): void {
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined || value.length < 6 || value.length > 65_536) continue
    if (value.includes("\n")) {
      // A value never stands across lines in what rules see: a key's lines are looked for one by one.
      for (const line of value.split(/\r?\n/)) {
        if (line.length >= 24 && isDistinct(line)) known.add(line, "environment", { encoded: false })
      }
    }
    for (const span of look(`${name}=${value}`)) {
      if (span.replacement === undefined && isDistinct(span.value)) {
        known.add(span.value, span.kind, { encoded: true })
        known.add(decoded(span.value), span.kind, { encoded: true })
      }
    }
    const named = namesSecret(name)
    if (named === undefined || HARMLESS.test(value) || PATHS.test(value) || value.includes("\n")) continue
    // A URL under such a name has its password found above, and is needed otherwise.
    if (/^[a-z][a-z0-9+.-]*:\/\/[^\s@]*$/i.test(value) && !/webhook|dsn/i.test(name)) continue
    if (value.length >= 16 || isMixed(value)) known.add(value, "environment", { encoded: true })
  }
}

/** A word of one kind of letters, as `postgres`, would be taken out of every sentence. */
function isMixed(value: string): boolean {
  return [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((kind) => kind.test(value)).length >= 2
}

/** Passwords stand in URLs encoded, and elsewhere not. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
