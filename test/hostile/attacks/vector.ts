/** How an attack betrays itself once it works: it calls home, in one of these ways, with a number of its own. */
export interface Canary {
  n: number
  /** An expression that calls the watching test. */
  js: string
  /** Addresses of another origin, absolute and without a scheme, and one of the page's own. */
  url: string
  host: string
  own: string
}

/** A text with `{js}`, `{url}`, `{host}`, `{own}` or `{n}` in it, or what makes one. */
export type Vector = string | ((canary: Canary) => string)

export interface Attack {
  family: string
  n: number
  text: string
}

export function canaryOf(n: number): Canary {
  return {
    n,
    js: `__pwned(${n})`,
    url: `https://canary.invalid/${n}`,
    host: `//canary.invalid/${n}`,
    own: `/canary/${n}`,
  }
}

/** The vector with its canary in place. */
export function fill(vector: Vector, canary: Canary): string {
  if (typeof vector !== "string") return vector(canary)
  return vector.replace(/\{(js|url|host|own|n)\}/g, (_, name: keyof Canary) => String(canary[name]))
}

/** Where every character of a canary's call is written in some other way. */
export function spelled(text: string, spell: (code: number) => string): string {
  return [...text].map((char) => spell(char.codePointAt(0) ?? 0)).join("")
}
