import { Counter, Gauge, Histogram, type Registry } from "prom-client"
import type { DeletionReason, JobName, MergeOutcome, Meter } from "../../shares/meter.ts"
import type { ShareDoor } from "../../shares/ports.ts"

const DOORS: readonly ShareDoor[] = ["native", "direct"]
const OUTCOMES: readonly MergeOutcome[] = ["merged", "refused", "failed"]
const REASONS: readonly DeletionReason[] = ["superseded", "orphaned", "revoked"]
const JOBS: readonly JobName[] = ["upkeep", "sweep"]

/** Seconds. */
const LATENCIES = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** What is counted where it happens. All of it is this node's own, since it began. */
export function createCounters(registry: Registry, { now }: { now(): number }): Meter {
  const registers = [registry]
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Counter({ name: `better_share_${name}_total`, help, labelNames, registers })

  const requests = counter("http_requests", "Requests that were answered", ["method", "route", "status"])
  const latencies = new Histogram({
    name: "better_share_http_request_seconds",
    help: "Seconds until an answer began",
    labelNames: ["route"],
    buckets: LATENCIES,
    registers,
  })
  const sent = counter("http_sent_bytes", "Bytes of answers on the wire", ["route"])
  const errors = counter("errors", "Answers that were errors, by their code", ["code"])
  const streams = new Gauge({
    name: "better_share_streams",
    help: "Pages that follow a share live at this node",
    registers,
  })
  const commits = counter("commits", "Commits: syncs that brought something new", ["door"])
  const segments = counter("committed_segments", "Segments that commits added", ["door"])
  const items = counter("committed_items", "Items in them", ["door"])
  const bytes = counter("committed_bytes", "Their bytes as stored", ["door"])
  const contentBytes = counter("committed_content_bytes", "Their bytes uncompressed", ["door"])
  const merges = counter("merges", "Merges of segments that this node made or tried", ["outcome"])
  const deleted = counter("deleted_objects", "Stored objects that this node deleted", ["reason"])
  const jobs = counter("jobs", "Runs of what a node does by itself", ["job", "outcome"])
  const jobSeconds = counter("job_seconds", "Seconds that they took", ["job"])
  const jobDone = new Gauge({
    name: "better_share_job_success_timestamp_seconds",
    help: "When such a run last came to its end well, in Unix time",
    labelNames: ["job"],
    registers,
  })

  // What is not there until it happens first cannot be seen to rise by it.
  for (const door of DOORS) {
    for (const each of [commits, segments, items, bytes, contentBytes]) each.inc({ door }, 0)
  }
  for (const outcome of OUTCOMES) merges.inc({ outcome }, 0)
  for (const reason of REASONS) deleted.inc({ reason }, 0)
  for (const job of JOBS) for (const outcome of ["done", "failed"]) jobs.inc({ job, outcome }, 0)

  return {
    answered({ method, route, status, ms }) {
      requests.inc({ method, route, status: `${Math.floor(status / 100)}xx` })
      latencies.observe({ route }, Math.max(0, ms) / 1000)
    },
    sent: (answer) => sent.inc({ route: answer.route }, answer.bytes),
    refused: (code) => errors.inc({ code }),
    streams: (open) => streams.set(open),
    committed(commit) {
      const { door } = commit
      commits.inc({ door })
      segments.inc({ door }, commit.segments)
      items.inc({ door }, commit.items)
      bytes.inc({ door }, commit.bytes)
      contentBytes.inc({ door }, commit.contentBytes)
    },
    merged: (outcome) => merges.inc({ outcome }),
    deleted: ({ reason, objects }) => deleted.inc({ reason }, objects),
    job({ name: job, ok, ms }) {
      jobs.inc({ job, outcome: ok ? "done" : "failed" })
      jobSeconds.inc({ job }, Math.max(0, ms) / 1000)
      if (ok) jobDone.set({ job }, now() / 1000)
    },
  }
}
