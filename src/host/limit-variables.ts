import type { Variable } from "./variable.ts"

/** Per address, or per token where the name says so; 0 is no limit. */
export interface LimitSettings {
  newSharesPerHour: number
  newSharesPerHourPerToken: number
  createRequestsPerMinute: number
  createRequestsPerMinutePerToken: number
  viewsPerMinute: number
  syncsPerMinute: number
  connectionsPerAddress: number
  connections: number
  streamsPerAddress: number
  streams: number
}

export const LIMIT_VARIABLES = {
  LIMIT_NEW_SHARES_PER_HOUR: {
    about: "New shares an hour from one address without a token, on all nodes together; 0 for no limit.",
    fallback: "10",
    parse: readLimit,
  },
  LIMIT_NEW_SHARES_PER_HOUR_PER_TOKEN: {
    about: "New shares an hour by one create token, on all nodes together; 0 for no limit.",
    fallback: "1000",
    parse: readLimit,
  },
  LIMIT_CREATE_REQUESTS_PER_MINUTE: {
    about:
      "Requests to create shares a minute from one address without a token or with a wrong one, on all nodes together; 0 for no limit.",
    fallback: "100",
    parse: readLimit,
  },
  LIMIT_CREATE_REQUESTS_PER_MINUTE_PER_TOKEN: {
    about: "Requests to create shares a minute by one create token, on all nodes together; 0 for no limit.",
    fallback: "600",
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
  LIMIT_CONNECTIONS_PER_ADDRESS: {
    about: "Connections at once from one address, on each node, but for TRUSTED_PROXIES; 0 for no limit.",
    fallback: "256",
    parse: readLimit,
  },
  LIMIT_CONNECTIONS: {
    about: "Connections at once to one node; 0 for no limit.",
    fallback: "10000",
    parse: readLimit,
  },
  LIMIT_STREAMS_PER_ADDRESS: {
    about: "Shares that one address follows live at once, on each node; 0 for no limit.",
    fallback: "64",
    parse: readLimit,
  },
  LIMIT_STREAMS: {
    about: "Shares that are followed live at once on one node; 0 for no limit.",
    fallback: "5000",
    parse: readLimit,
  },
} as const satisfies Record<string, Variable<number>>

function readLimit(text: string): number {
  const limit = Number(text)
  if (!/^\d+$/.test(text) || limit > 1_000_000)
    throw new Error(`must be a whole number up to 1000000, or 0 for no limit, not ${JSON.stringify(text)}.`)
  return limit
}
