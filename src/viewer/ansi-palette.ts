/**
 * The 256 colours of xterm as text and as background of our terminal, which is dark at any hour. Text that would be
 * hard to read there is lifted towards white until it meets WCAG AA; backgrounds stay as they are meant.
 */

/** Red, green and blue, 0 to 255. */
export type Rgb = readonly [number, number, number]

/** The two grounds that terminal text stands on: tokens.css `--term`, and the wash of an error in tools.css. */
export const GROUNDS: readonly Rgb[] = [
  [0x17, 0x19, 0x1c],
  [0x35, 0x1d, 0x1b],
]
/** The terminal's `--ink`. */
export const INK: Rgb = [0xe4, 0xe2, 0xdd]

/** Black to white, then the bright ones; as text in the tones of the syntax colours. */
const TEXT_16 =
  "8b8e94 ef8078 85cb92 dfb163 82b4f0 d79be0 74c5dc cbc8c2 9c9ea3 ff9d94 a5e2b0 f5d088 a8cffb ebbff1 a0e2f1 ffffff"
const GROUND_16 =
  "000000 a8271c 2a7a44 8f6a14 2a62a8 86409a 1c7385 cbc8c2 4b4e54 d9574c 4fa868 d8ab3c 5b93dc b86fc6 4aa9be ffffff"

const STEPS = [0, 95, 135, 175, 215, 255] as const
/** WCAG AA for text, with a little to spare for rounding. */
const READABLE = 4.55

/** Of 256 colours each, as `#rrggbb`. */
export const TEXT_COLOURS: readonly string[] = TEXT_16.split(" ")
  .map(hash)
  .concat(extended().map(lifted).map(hex))
export const GROUND_COLOURS: readonly string[] = GROUND_16.split(" ").map(hash).concat(extended().map(hex))

/** The 216 of the cube and the 24 greys, from 16 on. */
function extended(): Rgb[] {
  const cube = Array.from({ length: 216 }, (_, at): Rgb => [step(at / 36), step(at / 6), step(at)])
  const greys = Array.from({ length: 24 }, (_, at): Rgb => [8 + at * 10, 8 + at * 10, 8 + at * 10])
  return [...cube, ...greys]
}

function step(at: number): number {
  return STEPS[Math.floor(at) % 6] ?? 0
}

/** The closest of the extended colours: the first sixteen look different in every terminal. */
export function nearestColour(rgb: Rgb): number {
  const [red, green, blue] = rgb.map(nearestStep) as [number, number, number]
  const cube = 16 + 36 * red + 6 * green + blue
  const grey = Math.max(0, Math.min(23, Math.round(((rgb[0] + rgb[1] + rgb[2]) / 3 - 8) / 10)))
  const level = 8 + grey * 10
  const ofCube: Rgb = [step(red), step(green), step(blue)]
  return distance(rgb, [level, level, level]) < distance(rgb, ofCube) ? 232 + grey : cube
}

function nearestStep(value: number): number {
  const gaps = STEPS.map((at) => Math.abs(at - value))
  return gaps.indexOf(Math.min(...gaps))
}

function distance(a: Rgb, b: Rgb): number {
  return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2
}

function lifted(rgb: Rgb): Rgb {
  for (let share = 0; share < 1; share += 0.05) {
    const [red, green, blue] = rgb.map((value) => Math.round(value + (255 - value) * share))
    const made: Rgb = [red ?? 0, green ?? 0, blue ?? 0]
    if (GROUNDS.every((ground) => contrast(made, ground) >= READABLE)) return made
  }
  return INK
}

/** The ratio of WCAG 2.2, 1 to 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [x, y] = [luminance(a), luminance(b)]
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05)
}

function luminance([red, green, blue]: Rgb): number {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

function linear(value: number): number {
  const part = value / 255
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
}

export function readHex(colour: string): Rgb {
  const value = Number.parseInt(colour.slice(1), 16)
  return [value >> 16, (value >> 8) & 255, value & 255]
}

function hex(rgb: Rgb): string {
  return `#${rgb.map((value) => value.toString(16).padStart(2, "0")).join("")}`
}

function hash(digits: string): string {
  return `#${digits}`
}
