import type { Lack, Readiness } from "../api/health.ts"
import type { Log } from "../shares/ports.ts"
import { within } from "./within.ts"

/** Asks one thing that the server needs, and resolves to what is lacking of it. Throws when it does not answer. */
export type Check = () => Promise<readonly Lack[]>

export interface ReadinessOptions {
  checks: Partial<Record<Lack, Check>>
  /** Milliseconds since the epoch. */
  now(): number
  log: Pick<Log, "info" | "warn">
  /** Milliseconds after which no answer is one. */
  patience?: number
}

/** Whoever asks a load balancer's question gives up soon, most after some seconds. */
const PATIENCE_MS = 2_000
/** An answer is good for so long, however many ask. */
const FRESH_MS = 1_000

/** What this server lacks. The reasons go to the log, when something begins or ceases to be lacking. */
export function createReadiness({
  checks,
  now,
  log,
  patience = PATIENCE_MS,
}: ReadinessOptions): Readiness & { stop(): void } {
  let known: { at: number; lacks: readonly Lack[] } | undefined
  let asking: Promise<readonly Lack[]> | undefined
  let isStopping = false
  const underWay = new Map<string, Promise<readonly Lack[]>>()
  const reasons = new Map<string, unknown>()

  /** One that still waits is not asked a second time beside it. */
  function begin(name: Lack, check: Check): Promise<readonly Lack[]> {
    const begun = underWay.get(name)
    if (begun) return begun
    const result = check()
      .then((lacks) => {
        reasons.delete(name)
        return lacks
      })
      .catch((err): readonly Lack[] => {
        reasons.set(name, err)
        return [name]
      })
      .finally(() => underWay.delete(name))
    underWay.set(name, result)
    return result
  }

  async function ask(): Promise<readonly Lack[]> {
    const results = Object.entries(checks).map(([name, check]) => {
      const lack = name as Lack
      return within(patience, begin(lack, check), () => {
        reasons.set(name, new Error(`no answer within ${patience} ms`))
        return [lack]
      })
    })
    const lacks = (await Promise.all(results)).flat()
    tell(lacks)
    known = { at: now(), lacks }
    return lacks
  }

  function tell(lacks: readonly Lack[]): void {
    const before = known?.lacks ?? []
    for (const lack of lacks) {
      if (!before.includes(lack)) log.warn({ lack, err: reasons.get(lack) }, "not ready")
    }
    const back = before.filter((lack) => !lacks.includes(lack))
    if (back.length > 0) log.info({ back }, lacks.length > 0 ? "not quite ready again" : "ready again")
  }

  return {
    async lacks() {
      if (isStopping) return ["stopping"]
      const age = known ? now() - known.at : -1
      if (known && age >= 0 && age < FRESH_MS) return known.lacks
      asking ??= ask().finally(() => {
        asking = undefined
      })
      return asking
    },
    stop() {
      isStopping = true
    },
  }
}
