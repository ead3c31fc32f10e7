import type { Face } from "./face.ts"

/** More than this is not looked at. Characters. */
const MAX_CHARS = 1_500

const SPACE = /\s/u
const LETTER = /[\p{L}\p{N}]/u

const GAP = "…"

/**
 * What a face can show of a text, on one line. Letters that it has none for leave one `…` a run, and signs that it
 * lacks leave nothing: emoji, and all controls, bidirectional and invisible characters. Undefined when most of the letters are missing: half a sentence is worse than none.
 */
export function legible(text: string | undefined, face: Face): string | undefined {
  let line = ""
  let shown = 0
  let missing = 0
  for (const char of (text ?? "").slice(0, MAX_CHARS).normalize("NFC")) {
    if (SPACE.test(char)) line += " "
    else {
      const drawn = shownAs(char, face)
      const letter = LETTER.test(char)
      if (drawn !== undefined) {
        line += drawn
        if (letter) shown++
      } else if (letter) {
        if (!line.endsWith(GAP)) line += GAP
        missing++
      }
    }
  }
  const told = line.replace(/ {2,}/g, " ").trim()
  return missing > shown || told === "" ? undefined : told
}

/** Itself, or what Unicode calls compatible with it: `Ａ` is drawn as `A`. */
function shownAs(char: string, face: Face): string | undefined {
  if (face.covers(char)) return char
  const plain = char.normalize("NFKC")
  return plain !== char && [...plain].every(face.covers) ? plain : undefined
}
