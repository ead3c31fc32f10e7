import { type Html, html } from "../html.ts"
import type { Type } from "./face.ts"
import { PALETTE } from "./palette.ts"

interface Place {
  x: number
  y: number
  fill?: string
  /** Whether `x` is where it ends. */
  end?: boolean
}

export function line(
  text: string,
  { face, size, tracking }: Type,
  { x, y, fill = PALETTE.ink, end }: Place,
): Html {
  const anchor = end && html` text-anchor="end"`
  const spacing = tracking !== undefined && html` letter-spacing="${tracking}"`
  return html`<text x="${round(x)}" y="${round(y)}" font-family="${face.family}" font-weight="${face.weight}" font-size="${size}" fill="${fill}"${spacing}${anchor}>${text}</text>`
}

interface Box {
  x: number
  y: number
  width: number
  height: number
  fill: string
}

export function box({ x, y, width, height, fill }: Box): Html {
  return html`<rect x="${x}" y="${round(y)}" width="${width}" height="${height}" fill="${fill}"/>`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

/** The mark of styles/icon.svg. */
export function mark(x: number, y: number): Html {
  return html`<path transform="translate(${x - 4} ${y - 1}) scale(1.25)" d="M25 11V8a4 4 0 0 0-4-4H9a4 4 0 0 0-4 4v16a4 4 0 0 0 4 4h12a4 4 0 0 0 4-4v-3" fill="none" stroke="${PALETTE.accent}" stroke-width="5" stroke-linecap="round"/>`
}
