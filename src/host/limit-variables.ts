import type { Variable } from "./variable.ts"

/** Per address; 0 is no limit. */
export interface LimitSettings {
  newSharesPerHour: number
  createRequestsPerMinute: number
  viewsPerMinute: number
  syncsPerMinute: number
}

export const LIMIT_VARIABLES = {
  LIMIT_NEW_SHARES_PER_HOUR: {
    about: "New shares an hour from one address, on all nodes together; 0 for no limit.",
    fallback: "10",
    parse: readLimit,
  },
  LIMIT_CREATE_REQUESTS_PER_MINUTE: {
    about: "Requests to create shares a minute from one address, on all nodes together; 0 for no limit.",
    fallback: "100",
    parse: readLimit,
  },
  LIMIT_VIEWS_PER_MINUTE: {
    about: "Pages and other reads of shares a minute from one address, on each node; 0 for no limit.",
    fallback: "6000",
    parse: readLimit,
  },
  LIMIT_SYNCS_PER_MINUTE: {
    about: "Syncs and other writes to shares a minute from one address, on each node; 0 for no limit.",
    fallback: "12000",
    parse: readLimit,
  },
} as const satisfies Record<string, Variable<number>>

function readLimit(text: string): number {
  const limit = Number(text)
  if (!/^\d+$/.test(text) || limit > 1_000_000)
    throw new Error(`must be a whole number up to 1000000, or 0 for no limit, not ${JSON.stringify(text)}.`)
  return limit
}
