import { report, tellRows } from "../report.ts"
import { adviseOnLimits } from "./advice.ts"
import type { LoadFigures, Quantiles, StageFigures } from "./figures.ts"

/** Prints what came of a load, stage by stage. */
export function tellLoad(figures: LoadFigures): void {
  const { settings, about, following, sessions, costs, refused } = figures
  const { alone, opening, joining, playing } = figures
  console.log(`\n${about}; ${settings.door} door, ${settings.history} messages of history`)
  if (alone) tellStage(`${sessions} sessions alone`, alone)
  if (opening) tellStage("while they rest, a viewer of each comes", opening)
  if (joining) tellStage("… and all the others", joining)
  tellStage(`${sessions} sessions with ${following} viewers`, playing)
  report("Processor time of the server", {
    "a sync that nobody watches": some(costs.sync, (ms) => `${ms.toFixed(2)} ms`),
    "an event to a viewer, with its part of the rendering": some(
      costs.viewerEvent,
      (ms) => `${(ms * 1_000).toFixed(0)} µs`,
    ),
    "a page that nobody has read, and the first stream": some(
      costs.firstViewer,
      (ms) => `${ms.toFixed(2)} ms`,
    ),
    "a page from memory, and one more stream": some(costs.nextViewer, (ms) => `${ms.toFixed(2)} ms`),
  })
  console.log()
  for (const [name, count] of Object.entries(refused)) console.log(`not taken: ${name}, ${count} times`)
  if (Object.keys(refused).length === 0) console.log("nothing was refused, and nothing failed")
  const advice = adviseOnLimits(refused)
  if (advice) console.error(`\n${advice}`)
}

function tellStage(title: string, stage: StageFigures): void {
  const { seconds, server, backing, generator } = stage
  const a = (count: number) => (count / seconds).toLocaleString("en", { maximumFractionDigits: 1 })
  console.log(`\n${title}, ${seconds.toFixed(0)} s\n`)
  tellRows({
    ...(stage.syncs > 0 && {
      "syncs a second": a(stage.syncs),
      "of these with something new": a(stage.changes),
      "bytes a sync, as sent": String(Math.round(stage.sentBytes / stage.syncs)),
      "sync answered": times(stage.sync),
    }),
    ...(stage.pages > 0 && {
      "pages a second": a(stage.pages),
      "page, first byte": times(stage.pageFirstByte),
      "page, whole": times(stage.pageWhole),
      "bytes a page, as sent": String(Math.round(stage.pageBytes / stage.pages)),
    }),
    ...(stage.events > 0 && {
      "events to viewers a second": a(stage.events),
      ...(stage.delay && stage.syncs > 0 && { "a viewer has a sync": times(stage.delay) }),
      "bytes an event": String(Math.round(stage.streamBytes / stage.events)),
      "events that told to fetch the page anew": String(stage.refreshes),
      "streams that the server ended": String(stage.ended),
    }),
    ...(server && {
      "server: of a core": `${((server.cpuSeconds / seconds) * 100).toFixed(0)} %`,
      "server: its work late, p50 / p99 / most": [server.lag.p50, server.lag.p99, server.lag.most]
        .map(ms)
        .join(" / "),
      "server: memory, of it heap": `${mebi(server.resident)}, ${mebi(server.heap)}`,
      "server: open files": String(server.files ?? "not known"),
    }),
    ...(backing &&
      stage.syncs > 0 && {
        "database: of a core": `${((backing.databaseCPU / seconds) * 100).toFixed(0)} %`,
        "database: transactions a second, and for each sync": `${a(backing.transactions)}, ${(backing.transactions / stage.syncs).toFixed(1)}`,
        "database: bytes logged a sync": String(Math.round(backing.logged / stage.syncs)),
        "bucket: requests a sync": Object.entries(backing.requests)
          .map(([name, count]) => `${name} ${(count / stage.syncs).toFixed(2)}`)
          .join(", "),
        "bucket: bytes written a sync": String(Math.round(backing.written / stage.syncs)),
      }),
    "those who play: of a core, viewers late p99": `${((generator.cpuSeconds / seconds) * 100).toFixed(0)} %, ${ms(generator.lag)}`,
  })
}

const times = (of: Quantiles | undefined) =>
  of === undefined ? "" : `p50 ${ms(of.p50)}, p95 ${ms(of.p95)}, p99 ${ms(of.p99)}, slowest ${ms(of.most)}`
const ms = (value: number) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`
const mebi = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`
const some = (value: number | undefined, say: (value: number) => string) =>
  value === undefined ? "not known" : say(value)
