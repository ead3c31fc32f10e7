import { Gauge, Registry } from "prom-client"
import type { Readiness } from "../../api/health.ts"
import type { Metrics } from "../../api/metrics.ts"
import type { Meter } from "../../shares/meter.ts"
import type { Log } from "../../shares/ports.ts"
import type { Vitals } from "../../storage/meta/vitals.ts"
import { createCounters } from "./counters.ts"
import { createInstanceGauges } from "./instance-gauges.ts"
import { createProcessGauges } from "./process-gauges.ts"

export interface MetricsDeps {
  version: string
  vitals: Vitals
  /** Entries of the audit that the webhook has not taken. */
  countOutbox(): Promise<number>
  /** Ids of shares in which something stored is not known to be without what was taken out. */
  unredacted(): Promise<readonly string[]>
  readiness: Readiness
  /** Milliseconds since the epoch. */
  now(): number
  log: Pick<Log, "warn">
}

/** What the server counts, in the form that Prometheus reads. docs/operating.md says what each means; a test compares. */
export function createMetrics(deps: MetricsDeps): Metrics & { meter: Meter; close(): void } {
  const registry = new Registry()
  const registers = [registry]
  new Gauge({
    name: "better_share_build_info",
    help: "1, with the version that runs",
    labelNames: ["version"],
    registers,
  }).set({ version: deps.version }, 1)
  const ready = new Gauge({
    name: "better_share_ready",
    help: "Whether the server can serve, as /api/health/ready says it",
    registers,
  })
  const meter = createCounters(registry, deps)
  const instance = createInstanceGauges(deps)
  const process = createProcessGauges(registry, deps.vitals)

  return {
    meter,
    type: registry.contentType,
    async read() {
      const [lacks, ofInstance] = await Promise.all([deps.readiness.lacks(), instance.read()])
      ready.set(lacks.length === 0 ? 1 : 0)
      process.refresh()
      return (await registry.metrics()) + ofInstance
    },
    close: process.close,
  }
}
