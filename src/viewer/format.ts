import { type Html, html } from "./html.ts"
import { num, record } from "./read.ts"

/** Numbers, sums, sizes and times as people write them. English, as the page is; never the server's locale. */

const GROUPED = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 })
const COMPACT = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 })

/** `12345` → `12,345`. */
export function formatCount(count: number): string {
  return GROUPED.format(count)
}

/** `12345` → `12.3K`. */
export function formatCompact(count: number): string {
  return COMPACT.format(count)
}

/** `1, "line"` → `1 line`. */
export function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : nouns}`
}

/** US dollars: cents at least; small sums keep two digits that say something. */
export function formatCost(cost: number): string {
  if (cost === 0) return "$0"
  if (Math.abs(cost) < 0.0001) return "< $0.0001"
  if (Math.abs(cost) < 0.1) return `$${cost.toPrecision(2)}`
  return `$${cost.toFixed(2)}`
}

/** Milliseconds → `210 ms`, `3.4 s`, `2 min 5 s`, `1 h 12 min`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  const seconds = ms / 1000
  if (seconds < 59.95) return `${Number(seconds.toFixed(1))} s`
  const whole = Math.round(seconds)
  if (whole < 3600) return joinUnits(Math.floor(whole / 60), "min", whole % 60, "s")
  const minutes = Math.round(whole / 60)
  return joinUnits(Math.floor(minutes / 60), "h", minutes % 60, "min")
}

function joinUnits(big: number, bigName: string, small: number, smallName: string): string {
  return small === 0 ? `${big} ${bigName}` : `${big} ${bigName} ${small} ${smallName}`
}

/** How long something took, from a `{start, end}` or `{created, completed}`. */
export function elapsed(time: unknown): number | undefined {
  const { start, end, created, completed } = record(time)
  const [from, to] = [num(start) ?? num(created), num(end) ?? num(completed)]
  return from !== undefined && to !== undefined && to >= from ? to - from : undefined
}

const DATE_STYLE = { day: "numeric", month: "short", year: "numeric" } as const
const CLOCK_STYLE = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const
const DAY = new Intl.DateTimeFormat("en-GB", { ...DATE_STYLE, timeZone: "UTC" })
const CLOCK = new Intl.DateTimeFormat("en-GB", { ...CLOCK_STYLE, timeZone: "UTC" })

/** Browsers turn it into local time (browser/times.ts); until then it is UTC and says so. */
export function timeTag(at: unknown, style: "clock" | "moment" = "moment"): Html | undefined {
  const ms = num(at)
  // The range of ECMAScript dates; beyond it toISOString throws.
  if (ms === undefined || Math.abs(ms) > 8.64e15) return undefined
  const date = new Date(ms)
  const day = DAY.format(date)
  const clock = CLOCK.format(date)
  const shown = style === "clock" ? clock : `${day}, ${clock}`
  return html`<time datetime="${date.toISOString().replace(/\.\d+Z$/, "Z")}" data-style="${style}" title="${day}, ${clock} UTC">${shown} UTC</time>`
}
