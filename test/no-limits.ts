import { LIMIT_VARIABLES, type LimitSettings } from "../src/host/limit-variables.ts"

/** What switches every limit of how often and how many off: most tests make more of everything than people do. */
export const NO_LIMITS: Record<string, string> = Object.fromEntries(
  Object.keys(LIMIT_VARIABLES).map((name) => [name, "0"]),
)

/** The same, parsed. */
export const UNLIMITED: LimitSettings = {
  newSharesPerHour: 0,
  newSharesPerHourPerToken: 0,
  createRequestsPerMinute: 0,
  createRequestsPerMinutePerToken: 0,
  viewsPerMinute: 0,
  syncsPerMinute: 0,
  connectionsPerAddress: 0,
  connections: 0,
  streamsPerAddress: 0,
  streams: 0,
}
