import { readMetrics } from "../../test/metrics-text.ts"
import { openFiles } from "./open-files.ts"

/** What a server says of itself, at this moment. */
export interface ServerFigures {
  /** Seconds of processor time so far. */
  cpuSeconds: number
  /** Bytes. */
  resident: number
  /** Bytes. */
  heap: number
  /** Where that can be known. */
  files: number | undefined
  /** By how much its work came late since the last reading, in milliseconds. */
  lag: { p50: number; p99: number; most: number }
  streams: number
  /** Of its pool to PostgreSQL: connections in use, and statements that wait for one. */
  pool: { used: number; waiting: number }
  shares: number
  segments: number
  unmerged: number
  /** Objects that merges have replaced. */
  superseded: { due: number; later: number }
  /** Deletions whose content is still there. */
  deletions: number
  /** Merges that were tried and did not come to be. */
  failedMerges: number
}

export interface FiguresOptions {
  url: string
  metricsToken: string | undefined
  pid: number | undefined
}

/** Throws when the server does not tell. */
export async function readServer({ url, metricsToken, pid }: FiguresOptions): Promise<ServerFigures> {
  const headers: Record<string, string> =
    metricsToken === undefined ? {} : { authorization: `Bearer ${metricsToken}` }
  const { value, wholeName } = await readMetrics(url, headers)
  const lag = (quantile: string) => value(`event_loop_delay_seconds{quantile="${quantile}"}`) * 1_000
  const active = (door: string) => value(`shares{state="active",door="${door}"}`)
  return {
    cpuSeconds: wholeName("process_cpu_seconds_total"),
    resident: wholeName("process_resident_memory_bytes"),
    heap: wholeName("nodejs_heap_size_used_bytes"),
    files: openFiles(pid),
    lag: { p50: lag("0.5"), p99: lag("0.99"), most: lag("1") },
    streams: value("streams"),
    pool: { used: value('database_connections{state="used"}'), waiting: value("database_waiting") },
    shares: active("native") + active("direct"),
    segments: value("segments"),
    unmerged: value("segments_unmerged"),
    superseded: {
      due: value('superseded_objects{due="yes"}'),
      later: value('superseded_objects{due="not yet"}'),
    },
    deletions: value('deletions_waiting{waits_for="storage"}'),
    failedMerges: value('merges_total{outcome="failed"}'),
  }
}
