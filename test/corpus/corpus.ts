import { BARE, NAMED, placed } from "./contexts.ts"
import { LOOKALIKE_KINDS } from "./lookalikes.ts"
import { createRandom } from "./random.ts"
import { SECRET_KINDS } from "./secrets.ts"

export interface Sample {
  kind: string
  text: string
  /** What must not be shown; absent in what is harmless. */
  secret?: string
}

const SEED = 20_261_121
const SAMPLES_A_KIND = 12

/**
 * Labelled texts: secrets in the places where sessions have them, and what only looks like them. Made anew each time,
 * always the same, and never kept in a file: secrets in files alarm other people's scanners.
 */
export function createCorpus({ seed = SEED, each = SAMPLES_A_KIND } = {}): {
  secrets: Sample[]
  harmless: Sample[]
} {
  const random = createRandom(seed)
  const secrets = SECRET_KINDS.flatMap(({ name, make, names, telling, contexts, core }) =>
    Array.from({ length: each }, (_, at): Sample => {
      const made = make(random)
      const bare = telling && at % 3 === 0
      const text = placed(random, contexts ?? (bare ? BARE : NAMED), made, names)
      return { kind: name, text, secret: core?.(made) ?? made }
    }),
  )
  const harmless = LOOKALIKE_KINDS.flatMap(({ name, make }) =>
    Array.from({ length: each }, (): Sample => ({ kind: name, text: make(random) })),
  )
  return { secrets, harmless }
}

/** Whether a text still shows enough of a secret to be of use: any quarter of it, of its lines if it has some. */
export function shows(text: string, secret: string): boolean {
  return secret.split("\n").some((line) => {
    if (line.startsWith("-----") || line.length < 4) return false
    const length = Math.max(4, Math.ceil(line.length / 4))
    for (let at = 0; at + length <= line.length; at += length) {
      if (text.includes(line.slice(at, at + length))) return true
    }
    return false
  })
}
