import type { LIMIT_VARIABLES } from "../../src/host/limit-variables.ts"

type Limit = keyof typeof LIMIT_VARIABLES

/** All of this comes from one address, for which a server's limits are not made. */
const WHAT_TO_RAISE: Record<string, readonly Limit[]> = {
  create: [
    "LIMIT_NEW_SHARES_PER_HOUR",
    "LIMIT_CREATE_REQUESTS_PER_MINUTE",
    "LIMIT_NEW_SHARES_PER_HOUR_PER_TOKEN",
    "LIMIT_CREATE_REQUESTS_PER_MINUTE_PER_TOKEN",
  ],
  sync: ["LIMIT_SYNCS_PER_MINUTE"],
  upload: ["LIMIT_SYNCS_PER_MINUTE"],
  remove: ["LIMIT_SYNCS_PER_MINUTE"],
  manifest: ["LIMIT_VIEWS_PER_MINUTE"],
  page: ["LIMIT_VIEWS_PER_MINUTE"],
  stream: ["LIMIT_STREAMS_PER_ADDRESS", "LIMIT_STREAMS"],
}
/** Who is over these is closed unread, and hears of a 429 when there was time to write it. */
const CONNECTIONS: readonly Limit[] = ["LIMIT_CONNECTIONS_PER_ADDRESS", "LIMIT_CONNECTIONS"]

/** What to set where the server runs, if it held back what was asked of it; undefined when it did not. */
export function adviseOnLimits(refused: Readonly<Record<string, number>>): string | undefined {
  const names = Object.keys(refused).map((name) => name.split(" "))
  const overLimit = names.filter(([, status]) => status === "429").map(([what = ""]) => what)
  const limits = new Set(overLimit.flatMap((what) => WHAT_TO_RAISE[what] ?? []))
  const isCut = names.some(([, status]) => status === "unanswered")
  if (limits.size === 0 && !isCut) return undefined
  const settings = [...limits, ...CONNECTIONS].map((limit) => `${limit}=0`).join(" ")
  if (limits.size === 0)
    return `Connections were cut, or never taken. If the server runs and says nothing of it, it may be its limits: ${settings}, for the test and only for that.`
  return `The server held back what came from here, as one address is not meant to be so many: these figures say nothing of what it can do. Start it with ${settings} for the test, and only for that.`
}
