import { adviseOnLimits } from "../load/advice.ts"
import { report, tellRows } from "../report.ts"
import type { NamedTrend } from "./samples.ts"

/** What `--json` prints. Times are milliseconds unless the name says otherwise. */
export interface SoakFigures {
  about: string
  settings: { sessions: number; viewers: number; minutes: number }
  seconds: number
  begun: number
  revoked: number
  syncsPerSecond: number
  eventsPerSecond: number
  sync: { p50: number; p99: number }
  /** Of one core of the server. */
  core: number
  /** Seconds from the beginning to the first value that counts. */
  countedFrom: number
  trends: NamedTrend[]
  failed: Record<string, number>
}

export function tellSoak(figures: SoakFigures): void {
  const { settings, sync, trends, failed } = figures
  report(`A soak of ${settings.minutes} minutes: ${figures.about}`, {
    "sessions and viewers at once": `${settings.sessions}, ${settings.viewers}`,
    "sessions begun, of these revoked": `${figures.begun}, ${figures.revoked}`,
    "syncs a second": number(figures.syncsPerSecond),
    "events to viewers a second": number(figures.eventsPerSecond),
    "sync answered, p50 and p99": `${number(sync.p50)} ms, ${number(sync.p99)} ms`,
    "server: of a core": `${Math.round(figures.core * 100)} %`,
  })
  console.log(
    `\nStraight lines from ${number(figures.countedFrom)} s on, and by how much of what is allowed they rise\n`,
  )
  tellRows(
    Object.fromEntries(
      trends.map(({ name, unit, first, last, growth, allowed, isFlat }) => [
        name,
        `${number(first)} to ${number(last)} ${unit} | ${number(growth)} of ${number(allowed)} | ${isFlat ? "flat" : "grows"}`,
      ]),
    ),
  )
  if (trends.length === 0) console.log("It was too short to say anything.")
  console.log()
  for (const [name, count] of Object.entries(failed)) console.log(`failed: ${name}, ${count} times`)
  const advice = adviseOnLimits(failed)
  if (advice) console.error(`\n${advice}`)
}

function number(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: Math.abs(value) < 100 ? 1 : 0 })
}
