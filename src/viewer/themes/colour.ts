/** Colours as numbers: sRGB in hex on both ends, OKLab (https://bottosson.github.io/posts/oklab/) in between. */

/** Red, green and blue, 0 to 1. */
type Rgb = readonly [number, number, number]
/** Lightness 0 to 1, and two axes of hue. */
type Lab = readonly [number, number, number]

/** WCAG 2 relative luminance, 0 to 1. */
export function luminance(colour: string): number {
  const [r, g, b] = linear(colour)
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

/** WCAG 2 contrast, 1 to 21. */
export function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

/** @param share of `other`, 0 to 1 */
export function mix(colour: string, other: string, share: number): string {
  const [from, to] = [labOf(colour), labOf(other)]
  return hexOf(blend(from, to, share))
}

/** The same hue in another lightness, 0 to 1; paler where no screen shows it as strong. */
export function withLightness(colour: string, lightness: number): string {
  const [, a, b] = labOf(colour)
  for (let strength = 1; strength > 0; strength -= 0.05) {
    const lab: Lab = [lightness, a * strength, b * strength]
    if (rgbOf(lab).every((value) => value > -1e-4 && value < 1.0001)) return hexOf(lab)
  }
  return hexOf([lightness, 0, 0])
}

export function lightnessOf(colour: string): number {
  return labOf(colour)[0]
}

function blend(from: Lab, to: Lab, share: number): Lab {
  const part = (at: 0 | 1 | 2) => from[at] + (to[at] - from[at]) * share
  return [part(0), part(1), part(2)]
}

function linear(colour: string): Rgb {
  const part = (at: number) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  return [part(1), part(3), part(5)]
}

function labOf(colour: string): Lab {
  const [r, g, b] = linear(colour)
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ]
}

function rgbOf([lightness, a, b]: Lab): Rgb {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ]
}

function hexOf(lab: Lab): string {
  return `#${rgbOf(lab).map(byteOf).join("")}`
}

function byteOf(value: number): string {
  const clamped = Math.min(1, Math.max(0, value))
  const curved = clamped <= 0.0031308 ? clamped * 12.92 : 1.055 * clamped ** (1 / 2.4) - 0.055
  return Math.round(curved * 255)
    .toString(16)
    .padStart(2, "0")
}
