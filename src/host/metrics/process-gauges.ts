import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks"
import { Counter, Gauge, type Registry } from "prom-client"
import type { PoolUse } from "../../storage/meta/vitals.ts"

/** Looked at so often; what is measured holds as much by itself. Milliseconds. */
const RESOLUTION = 20
const QUANTILES = { "0.5": 50, "0.99": 99, "1": 100 } as const

export interface ProcessGauges {
  /** To be called before they are read. */
  refresh(): void
  close(): void
}

/** How this process does. The names without `better_share_` are those that every Prometheus client has. */
export function createProcessGauges(
  registry: Registry,
  { pool }: { pool(): PoolUse | undefined },
): ProcessGauges {
  const registers = [registry]
  const delay = new Gauge({
    name: "better_share_event_loop_delay_seconds",
    help: "By how much work comes late because other work is under way, since the metrics were last read",
    labelNames: ["quantile"],
    registers,
  })
  const connections = new Gauge({
    name: "better_share_database_connections",
    help: "Connections of this node's pool to PostgreSQL",
    labelNames: ["state"],
    registers,
  })
  const waiting = new Gauge({
    name: "better_share_database_waiting",
    help: "Statements of this node that wait for a connection",
    registers,
  })
  const cpu = new Counter({
    name: "process_cpu_seconds_total",
    help: "Processor time of this process",
    registers,
  })
  const memory = new Gauge({
    name: "process_resident_memory_bytes",
    help: "Memory of this process",
    registers,
  })
  const heap = new Gauge({
    name: "nodejs_heap_size_used_bytes",
    help: "JavaScript's part of it, in use",
    registers,
  })
  new Gauge({
    name: "process_start_time_seconds",
    help: "When this process began, in Unix time",
    registers,
  }).set(Math.round(Date.now() / 1000 - process.uptime()))
  // Begun by the first reading: whom nobody asks, measures nothing.
  let loop: IntervalHistogram | undefined

  return {
    refresh() {
      for (const [quantile, percentile] of Object.entries(QUANTILES)) {
        const nanoseconds = loop?.count ? loop.percentile(percentile) : 0
        delay.set({ quantile }, Math.max(0, nanoseconds / 1e9 - RESOLUTION / 1000))
      }
      if (loop) loop.reset()
      else {
        loop = monitorEventLoopDelay({ resolution: RESOLUTION })
        loop.enable()
      }
      const use = pool()
      if (use) {
        connections.set({ state: "idle" }, use.idle)
        connections.set({ state: "used" }, use.open - use.idle)
        waiting.set(use.waiting)
      }
      const { user, system } = process.cpuUsage()
      cpu.reset()
      cpu.inc((user + system) / 1e6)
      const { rss, heapUsed } = process.memoryUsage()
      memory.set(rss)
      heap.set(heapUsed)
    },
    close() {
      loop?.disable()
    },
  }
}
