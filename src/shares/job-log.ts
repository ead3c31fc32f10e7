import type { Log } from "./ports.ts"

/** What goes on behind the requests' backs, by the name that its lines have in the log. */
export type JobLogName =
  | "compaction"
  | "deletion"
  | "expiry"
  | "redaction"
  | "sweep"
  | "trust"
  | "upkeep"
  | "views"

/** The same log, each of whose lines names a job: there is no request to find it by. */
export function jobLog(log: Log, job: JobLogName): Log {
  return {
    debug: (fields, message) => log.debug({ job, ...fields }, message),
    info: (fields, message) => log.info({ job, ...fields }, message),
    warn: (fields, message) => log.warn({ job, ...fields }, message),
    error: (fields, message) => log.error({ job, ...fields }, message),
  }
}
