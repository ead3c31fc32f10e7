/** How long a share stays, as people write it: `1h`, `7d`, `2w`, a date, a moment in ISO 8601, or `never`. */
const SPAN = /^(\d{1,6}) ?(m|min|h|d|w)$/i
const DATE = /^\d{4}-\d{2}-\d{2}$/
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/

const UNITS: Readonly<Record<string, number>> = {
  m: 60_000,
  min: 60_000,
  h: 3600_000,
  d: 24 * 3600_000,
  w: 7 * 24 * 3600_000,
}
const DAY = 24 * 3600_000

/** The last moment that a `Date` can tell, and a row can hold in every database: the end of the year 9999. */
const LATEST = Date.UTC(10_000, 0, 1) - 1

export type Expiry = { never: true } | { at: number }

/**
 * Undefined for what is none of these. A date lasts until its end, in UTC.
 * @param now milliseconds since the epoch
 */
export function readExpiry(text: string, now: number): Expiry | undefined {
  const written = text.trim()
  if (written.toLowerCase() === "never") return { never: true }
  const span = readSpan(written)
  const at = span === undefined ? readMoment(written) : now + span
  return at === undefined || !(at <= LATEST) ? undefined : { at }
}

/** `7d` → milliseconds. */
export function readSpan(text: string): number | undefined {
  const [, count, unit = ""] = SPAN.exec(text.trim()) ?? []
  const factor = UNITS[unit.toLowerCase()]
  return factor === undefined || Number(count) === 0 ? undefined : Number(count) * factor
}

function readMoment(text: string): number | undefined {
  if (!DATE.test(text) && !MOMENT.test(text)) return undefined
  const at = Date.parse(text)
  if (Number.isNaN(at)) return undefined
  // The runtime takes the 31st of February for the 3rd of March.
  if (new Date(`${text.slice(0, 10)}T00:00:00Z`).toISOString().slice(0, 10) !== text.slice(0, 10))
    return undefined
  return DATE.test(text) ? at + DAY : at
}
