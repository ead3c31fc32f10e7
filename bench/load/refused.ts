/** What the server did not take. */
export class Refused extends Error {
  override readonly name = "Refused"
  readonly what: string
  /** 0: there was no answer. */
  readonly status: number

  constructor(what: string, status: number, reason = "") {
    super(`${what} was answered ${status || "nothing"}${reason && `: ${reason}`}`)
    this.what = what
    this.status = status
  }
}

/** What was refused, by what was asked and the status. */
export interface Failures {
  add(error: unknown, what: string): void
  count(what: string, status: number): void
  /** `sync 429` → how often. */
  readonly counts: Readonly<Record<string, number>>
}

export function createFailures(): Failures {
  const counts: Record<string, number> = {}
  const count = (what: string, status: number) => {
    const name = `${what} ${status || "unanswered"}`
    counts[name] = (counts[name] ?? 0) + 1
  }
  return {
    counts,
    count,
    add(error, what) {
      if (error instanceof Refused) count(error.what, error.status)
      // What fetch says of a connection that broke, and nothing else does.
      else if (error instanceof TypeError) count(what, 0)
      else throw error
    },
  }
}
