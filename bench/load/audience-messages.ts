/** To the process that holds viewers. Viewers and shares go by numbers. */
export type AudienceOrder =
  /** Each reads the page and follows it from then on. */
  { watch: { viewer: number; share: number; shareID: string }[] } | { leave: number[] }

/** From it, now and then. Everything is counted since the last one, but for `following`. */
export interface AudienceReport {
  /** Viewers that have their stream at this moment. */
  following: number
  /** Viewers that were asked to watch and neither follow nor have given up. */
  onTheirWay: number
  /**
   * News that came, five numbers each: share, from this revision on (excluded) up to this one, when it came, and since when
   * this viewer had been following. Times are {@link monotonic}.
   */
  news: number[]
  events: number
  bytes: number
  /** Of a page, three numbers each: milliseconds to the first byte, to the last one, and bytes. */
  pages: number[]
  /** Events that told a page to fetch itself anew. */
  refreshes: number
  /** Streams that the server ended. */
  ended: number
  /** `page 429` → how often. */
  refused: Record<string, number>
  /** By how much the process's own event loop was late, in milliseconds. */
  lag: { p50: number; p99: number }
}

/** Milliseconds of a clock that all processes of a machine have in common. */
export function monotonic(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
