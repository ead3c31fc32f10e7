import {
  contrast,
  GROUND_COLOURS,
  INK,
  nearestColour,
  type Rgb,
  readHex,
  TEXT_COLOURS,
} from "./ansi-palette.ts"

/** What a terminal has been told of the text that follows (ECMA-48, SGR). Colours are 0 to 255. */
export interface AnsiStyle {
  text: number | undefined
  ground: number | undefined
  bold: boolean
  dim: boolean
  italic: boolean
  underline: boolean
  inverse: boolean
  strike: boolean
}

export const PLAIN: AnsiStyle = {
  text: undefined,
  ground: undefined,
  bold: false,
  dim: false,
  italic: false,
  underline: false,
  inverse: false,
  strike: false,
}

const CODES: Readonly<Record<number, Partial<AnsiStyle>>> = {
  0: PLAIN,
  1: { bold: true },
  2: { dim: true },
  3: { italic: true },
  4: { underline: true },
  7: { inverse: true },
  9: { strike: true },
  21: { underline: true },
  22: { bold: false, dim: false },
  23: { italic: false },
  24: { underline: false },
  27: { inverse: false },
  29: { strike: false },
  39: { text: undefined },
  49: { ground: undefined },
}

/** The style after one sequence: `1;38;5;196`, or with colons as ISO 8613-6 writes it. */
export function restyle(style: AnsiStyle, parameters: string): AnsiStyle {
  const made = { ...style }
  const codes = parameters.split(";")
  for (let at = 0; at < codes.length; at++) {
    const [code, ...inner] = (codes[at] ?? "").split(":", 8).map(Number)
    if (code === undefined || !Number.isInteger(code)) continue
    if (code === 38 || code === 48 || code === 58) {
      const colour = inner.length > 0 ? { colour: colonColour(inner), used: 0 } : listColour(codes, at + 1)
      at += colour.used
      if (colour.colour === undefined) continue
      if (code === 38) made.text = colour.colour
      if (code === 48) made.ground = colour.colour
    } else if (code === 4 && inner[0] === 0) made.underline = false
    else if (CODES[code]) Object.assign(made, CODES[code])
    else if (code >= 30 && code <= 37) made.text = code - 30
    else if (code >= 40 && code <= 47) made.ground = code - 40
    else if (code >= 90 && code <= 97) made.text = code - 82
    else if (code >= 100 && code <= 107) made.ground = code - 92
  }
  return made
}

/** `5;n` or `2;r;g;b`, from a place in the list on; `used` says how many entries that were. */
function listColour(codes: readonly string[], at: number): { colour: number | undefined; used: number } {
  if (codes[at] === "5") return { colour: indexed(Number(codes[at + 1])), used: 2 }
  if (codes[at] === "2") return { colour: mixed(codes.slice(at + 1, at + 4).map(Number)), used: 4 }
  return { colour: undefined, used: 0 }
}

/** `5:n` or `2::r:g:b`, where the colour space may be left out altogether. */
function colonColour([kind, ...rest]: readonly number[]): number | undefined {
  if (kind === 5) return indexed(rest[0])
  return kind === 2 ? mixed(rest.length > 3 ? rest.slice(1, 4) : rest) : undefined
}

function indexed(colour: number | undefined): number | undefined {
  return colour !== undefined && Number.isInteger(colour) && colour >= 0 && colour < 256 ? colour : undefined
}

function mixed([red, green, blue]: readonly number[]): number | undefined {
  const [r, g, b] = [indexed(red), indexed(green), indexed(blue)]
  return r === undefined || g === undefined || b === undefined ? undefined : nearestColour([r, g, b])
}

const BLACK: Rgb = [0, 0, 0]
const AA = 4.5

/** The classes of styles/ansi.css, empty for plain text. */
export function classesOf(style: AnsiStyle): string {
  const names = style.inverse
    ? [groundClass(style.text), textOn(style.text, style.ground)]
    : style.ground === undefined
      ? [textClass(style)]
      : [`b${style.ground}`, textOn(style.ground, style.text)]
  if (style.bold) names.push("ab")
  if (style.italic) names.push("ai")
  if (style.underline) names.push("au")
  if (style.strike) names.push("as")
  return names.filter(Boolean).join(" ")
}

function textClass({ text, dim }: AnsiStyle): string {
  if (text !== undefined) return `f${text}`
  return dim ? "ad" : ""
}

/** Inverse text without a colour stands on the colour of text. */
function groundClass(ground: number | undefined): string {
  return ground === undefined ? "av" : `b${ground}`
}

/** The text's own colour where it can be read on that ground, else the terminal's, black or white. */
function textOn(ground: number | undefined, text: number | undefined): string {
  const under = ground === undefined ? INK : readHex(GROUND_COLOURS[ground] ?? "")
  const own = text === undefined ? undefined : TEXT_COLOURS[text]
  if (own !== undefined && contrast(readHex(own), under) >= AA) return `f${text}`
  if (contrast(INK, under) >= AA) return ""
  return contrast(BLACK, under) >= AA ? "ak" : "aw"
}
