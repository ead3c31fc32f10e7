export interface RedactionOptions {
  /** Environment of the process: values that look like secrets are replaced wherever they stand. */
  environment: Readonly<Record<string, string | undefined>>
  /** Home folder, written as `~`. */
  home: string | undefined
  /** User name, replaced in paths. */
  user: string | undefined
  emails: boolean
  /** Internal host names: `*.internal`, `*.local`, `*.corp`, `*.lan`, services of Kubernetes, one label behind `://`. */
  hosts: boolean
  /** IP addresses, v4 and v6, except of this machine and of documentation. */
  addresses: boolean
  /** Own patterns, by the kind that the placeholder names: regular expressions as text. They see one line at a time. */
  patterns: readonly { kind: string; pattern: string; flags?: string }[]
  /** Texts, or `/regular expressions/`, that are never replaced. */
  allow: readonly string[]
}

/** An own pattern or an allowed text that is none. The message names which. */
export class RedactionOptionsError extends Error {
  override readonly name = "RedactionOptionsError"
}

/** Placeholders are read back as `[redacted:kind:number]`. */
const KIND = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/

export interface OwnPattern {
  kind: string
  pattern: RegExp
}

/** Throws {@link RedactionOptionsError}. */
export function readPatterns(patterns: RedactionOptions["patterns"]): OwnPattern[] {
  return patterns.map(({ kind, pattern, flags = "" }) => {
    if (!KIND.test(kind)) {
      throw new RedactionOptionsError(
        `Redaction pattern "${kind}": a kind is made of letters, digits, "-" and "_", at most 64.`,
      )
    }
    return { kind, pattern: compile(`pattern "${kind}"`, pattern, flags) }
  })
}

/** Whether a value may be shown. Throws {@link RedactionOptionsError}. */
export function readAllowed(allow: readonly string[]): (value: string) => boolean {
  const texts = new Set<string>()
  const patterns: RegExp[] = []
  for (const entry of allow) {
    const literal = /^\/(.+)\/([a-z]*)$/s.exec(entry)
    if (literal === null) texts.add(entry)
    else patterns.push(compile(`allowed "${entry}"`, literal[1] ?? "", literal[2] ?? ""))
  }
  if (texts.size === 0 && patterns.length === 0) return () => false
  return (value) => texts.has(value) || patterns.some((pattern) => value.search(pattern) >= 0)
}

function compile(what: string, source: string, flags: string): RegExp {
  try {
    return new RegExp(source, `${flags.replaceAll(/[gy]/g, "")}g`)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new RedactionOptionsError(`Redaction ${what}: ${reason}`)
  }
}
