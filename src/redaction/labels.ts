import type { Work } from "./work.ts"

export interface RedactionState {
  /** 32 random bytes in Base64. */
  salt: string
  /** Keyed hash of the value → `github-token:1`. */
  labels: Record<string, string>
}

export interface Labels {
  /** The placeholder of a value: the same for the same value, in the whole share. */
  of(value: string, kind: string): Work<string>
  state(): RedactionState
}

/** What a hostile text can make us number. Beyond that a placeholder only names the kind. */
const MOST = 20_000

/**
 * Numbers secrets. Kept are their HMAC-SHA-256 and never they themselves; the key lies beside, so a short password
 * could be tried out by whoever reads the state: it is for the machine that also has OpenCode's own, unredacted
 * sessions, and for nobody else. WebCrypto does it, although it answers later, since the alternative was a SHA-256 of
 * our own: a value is hashed once, and work knows how to wait (work.ts).
 */
export function createLabels(state: RedactionState | undefined): Labels {
  const salt = state?.salt ?? toBase64(crypto.getRandomValues(new Uint8Array(32)))
  const labels = new Map(Object.entries(state?.labels ?? {}))
  const byValue = new Map<string, string>()
  const counts = new Map<string, number>()
  for (const label of labels.values()) {
    const [kind = "", number] = label.split(":")
    counts.set(kind, Math.max(counts.get(kind) ?? 0, Number(number) || 0))
  }
  let key: Promise<CryptoKey> | undefined

  async function hashOf(value: string): Promise<string> {
    key ??= crypto.subtle.importKey("raw", fromBase64(salt), { name: "HMAC", hash: "SHA-256" }, false, [
      "sign",
    ])
    const hash = await crypto.subtle.sign("HMAC", await key, new TextEncoder().encode(value))
    return toBase64(new Uint8Array(hash, 0, 18))
  }

  function numbered(hash: string, kind: string): string | undefined {
    const existing = labels.get(hash)
    if (existing !== undefined || labels.size >= MOST) return existing
    const number = (counts.get(kind) ?? 0) + 1
    counts.set(kind, number)
    labels.set(hash, `${kind}:${number}`)
    return `${kind}:${number}`
  }

  return {
    *of(value, kind) {
      let label = byValue.get(value)
      if (label === undefined) {
        // Two texts may ask at once: the number is given after the hash has come, in one step.
        label = numbered((yield hashOf(value)) as string, kind)
        if (label !== undefined) byValue.set(value, label)
      }
      return `[redacted:${label ?? kind}]`
    },
    state: () => ({ salt, labels: Object.fromEntries(labels) }),
  }
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (symbol) => symbol.charCodeAt(0))
}
