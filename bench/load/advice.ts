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
  const limits = new Set<Limit>()
  for (const name of Object.keys(refused)) {
    const [what = "", status] = name.split(" ")
    if (status !== "429" && status !== "unanswered") continue
    const own = status === "429" ? WHAT_TO_RAISE[what] : undefined
    for (const limit of [...(own ?? []), ...CONNECTIONS]) limits.add(limit)
  }
  if (limits.size === 0) return undefined
  const settings = [...limits].map((limit) => `${limit}=0`).join(" ")
  return `The server held back what came from here, as one address is not meant to be so many: these figures say nothing of what it can do. Start it with ${settings} for the test, and only for that.`
}
