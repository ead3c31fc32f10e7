import { availableParallelism } from "node:os"
import type { BackingFigures } from "../backing-figures.ts"
import type { Histogram } from "./histogram.ts"
import type { LoadSettings } from "./options.ts"
import type { Played, Stage } from "./play.ts"

/** What `--json` prints. Times are milliseconds unless the name says otherwise, sizes bytes. */
export interface LoadFigures {
  about: string
  cores: number
  settings: Pick<LoadSettings, "sessions" | "viewers" | "minutes" | "history" | "door">
  sessions: number
  following: number
  beginning: StageFigures
  alone: StageFigures | undefined
  opening: StageFigures | undefined
  joining: StageFigures | undefined
  playing: StageFigures
  removing: StageFigures
  /** Processor time of the server, by which one thing after another is told apart. */
  costs: {
    /** A sync that nobody watches. */
    sync: number | undefined
    /** An event to a viewer, with its part of the rendering that all viewers of a share have in common. */
    viewerEvent: number | undefined
    /** A page that was not read before, and the opening of the first stream. */
    firstViewer: number | undefined
    /** A page from memory, and one more stream. */
    nextViewer: number | undefined
  }
  /** `sync 429` → how often, of all stages. */
  refused: Record<string, number>
}

export interface StageFigures {
  seconds: number
  syncs: number
  syncsPerSecond: number
  /** Syncs that brought something new. */
  changes: number
  sentBytes: number
  sync: Quantiles
  /** From a sync's sending until a viewer has it. */
  delay: Quantiles | undefined
  pageFirstByte: Quantiles | undefined
  pageWhole: Quantiles | undefined
  pages: number
  pageBytes: number
  events: number
  streamBytes: number
  refreshes: number
  /** Streams that the server ended. */
  ended: number
  server:
    | {
        cpuSeconds: number
        resident: number
        heap: number
        files: number | undefined
        lag: { p50: number; p99: number; most: number }
      }
    | undefined
  /** What was asked of database and bucket meanwhile. */
  backing: BackingFigures | undefined
  generator: { cpuSeconds: number; lag: number }
}

export interface Quantiles {
  p50: number
  p95: number
  p99: number
  most: number
}

export function figuresOf(played: Played, settings: LoadSettings, about: string): LoadFigures {
  const { sessions, following, beginning, alone, opening, joining, playing, removing, refused } = played
  const { viewers, minutes, history, door } = settings
  const quiet = alone ?? (viewers === 0 ? playing : undefined)
  const sync = quiet && perEach(cpuOf(quiet), quiet.told.syncs)
  const watching = cpuOf(playing)
  return {
    about,
    cores: availableParallelism(),
    settings: { sessions: settings.sessions, viewers, minutes, history, door },
    sessions,
    following,
    beginning: stageFigures(beginning),
    alone: alone && stageFigures(alone),
    opening: opening && stageFigures(opening),
    joining: joining && stageFigures(joining),
    playing: stageFigures(playing),
    removing: stageFigures(removing),
    costs: {
      sync,
      viewerEvent:
        watching === undefined || sync === undefined
          ? undefined
          : perEach(watching - (sync * playing.told.syncs) / 1_000, playing.seen?.events ?? 0),
      firstViewer: opening && perEach(cpuOf(opening), opening.seen?.firstByte.count ?? 0),
      nextViewer: joining && perEach(cpuOf(joining), joining.seen?.firstByte.count ?? 0),
    },
    refused,
  }
}

function stageFigures({ seconds, told, seen, server, backing, ownCPU }: Stage): StageFigures {
  return {
    seconds,
    syncs: told.syncs,
    syncsPerSecond: told.syncs / seconds,
    changes: told.changes,
    sentBytes: told.bytes,
    sync: quantiles(told.latency),
    delay: seen && quantiles(seen.delay),
    pageFirstByte: seen && quantiles(seen.firstByte),
    pageWhole: seen && quantiles(seen.wholePage),
    pages: seen?.firstByte.count ?? 0,
    pageBytes: seen?.pageBytes ?? 0,
    events: seen?.events ?? 0,
    streamBytes: seen?.bytes ?? 0,
    refreshes: seen?.refreshes ?? 0,
    ended: seen?.ended ?? 0,
    server: server && {
      cpuSeconds: server.after.cpuSeconds - server.before.cpuSeconds,
      resident: server.after.resident,
      heap: server.after.heap,
      files: server.after.files,
      lag: server.after.lag,
    },
    backing: backing && since(backing),
    generator: { cpuSeconds: ownCPU, lag: seen?.lag ?? 0 },
  }
}

function since({ before, after }: { before: BackingFigures; after: BackingFigures }): BackingFigures {
  return {
    transactions: after.transactions - before.transactions,
    logged: after.logged - before.logged,
    databaseCPU: after.databaseCPU - before.databaseCPU,
    requests: Object.fromEntries(
      Object.entries(after.requests).map(([name, count]) => [name, count - (before.requests[name] ?? 0)]),
    ),
    written: after.written - before.written,
  }
}

function quantiles(of: Histogram): Quantiles {
  return { p50: of.quantile(0.5), p95: of.quantile(0.95), p99: of.quantile(0.99), most: of.most }
}

function cpuOf({ server }: Stage): number | undefined {
  return server && server.after.cpuSeconds - server.before.cpuSeconds
}

/** Milliseconds. */
function perEach(seconds: number | undefined, count: number): number | undefined {
  return seconds === undefined || count === 0 ? undefined : (seconds * 1_000) / count
}
