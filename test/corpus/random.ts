/** The same numbers for the same seed, on every machine (mulberry32). */
export interface Random {
  /** 0 to below 1. */
  next(): number
  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number
  pick<T>(values: readonly T[]): T
  /** So many symbols of an alphabet. */
  string(alphabet: string, length: number): string
}

export const LOWER = "abcdefghijklmnopqrstuvwxyz"
export const UPPER = LOWER.toUpperCase()
export const DIGITS = "0123456789"
export const HEX = "0123456789abcdef"
export const ALNUM = LOWER + UPPER + DIGITS
export const BASE64 = `${ALNUM}+/`
export const BASE64URL = `${ALNUM}-_`

export function createRandom(seed: number): Random {
  let state = seed >>> 0
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1))
  return {
    next,
    between,
    pick: <T>(values: readonly T[]): T => values[between(0, values.length - 1)] as T,
    string: (alphabet, length) =>
      Array.from({ length }, () => alphabet[between(0, alphabet.length - 1)]).join(""),
  }
}

export function base64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64")
}

export function base64url(text: string): string {
  return Buffer.from(text, "utf8").toString("base64url")
}

export function uuid(random: Random): string {
  const part = (length: number): string => random.string(HEX, length)
  return `${part(8)}-${part(4)}-4${part(3)}-a${part(3)}-${part(12)}`
}
