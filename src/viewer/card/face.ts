import { WIDTHS } from "./widths.ts"

/** A face that ships with the server (src/host/fonts), and all that is known of it here. */
export interface Face {
  family: string
  weight: number
  /** Whether it has a glyph for this character. */
  covers(char: string): boolean
  /** What a character takes, as a part of the font's size. */
  width(char: string): number
}

export const FACES = {
  regular: createFace("Inter", 400, WIDTHS.regular),
  semibold: createFace("Inter", 600, WIDTHS.semibold),
  mono: createFace("JetBrains Mono", 400, WIDTHS.mono),
}

/** A face as it is used: how large, and how much closer than usual its letters stand, both in pixels. */
export interface Type {
  face: Face
  size: number
  tracking?: number
}

/** Kerning is left out: it makes most pairs narrower, and what else it does is within {@link TOLERANCE}. */
export function measure(text: string, { face, size, tracking = 0 }: Type): number {
  let width = 0
  for (const char of text) width += face.width(char) * size + tracking
  return width * TOLERANCE
}

const TOLERANCE = 1.01

function createFace(
  family: string,
  weight: number,
  { unitsPerEm, runs }: { unitsPerEm: number; runs: readonly string[] },
): Face {
  const widths = new Map<number, number>()
  for (const run of runs) {
    const [first = "", ...glyphs] = run.split(" ")
    let code = Number.parseInt(first, 16)
    for (const glyph of glyphs) {
      const [width, times = "1"] = glyph.split("x")
      for (const end = code + Number(times); code < end; code++) widths.set(code, Number(width) / unitsPerEm)
    }
  }
  const widthOf = (char: string) => widths.get(char.codePointAt(0) ?? 0)
  return {
    family,
    weight,
    covers: (char) => widthOf(char) !== undefined,
    width: (char) => widthOf(char) ?? 1,
  }
}
