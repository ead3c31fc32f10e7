import { fileURLToPath } from "node:url"
import fc from "fast-check"
import { createServerProcess, freePort, npmStart } from "../server-process.ts"
import { action } from "./actions.ts"
import { play, type Tally } from "./play.ts"

/** Requests that are played one after the other, on shares of their own. */
const SEQUENCE = 30
/** Sequences at once. */
const LANES = 4
/** Requests after which the heap is first looked at. */
const WARM_UP = 1_500

export interface FuzzOptions {
  /** Requests, or a few more. */
  requests: number
  seed: number
  /** What fast-check said of a failure: that one sequence, alone, and not made smaller. */
  path?: string | undefined
}

export interface FuzzResult {
  requests: number
  /** Status → how often. */
  statuses: Record<number, number>
  /** Once everything that is not needed is collected: when every kind was met often, and at the end. Bytes. */
  heap: { first: number; last: number }
}

/**
 * Plays requests of every kind to a server in a process of its own. Throws with the seed when an answer is not as it has to
 * be, or when the server falls silent, ends or logs an error.
 */
export async function fuzz({ requests, seed, path }: FuzzOptions): Promise<FuzzResult> {
  const heapPort = await freePort()
  const door = fileURLToPath(new URL("heap-door.mjs", import.meta.url))
  const { path: node, args } = npmStart()
  const program = { path: node, args: ["--import", door, ...args] }
  const server = await createServerProcess({ HEAP_PORT: String(heapPort), LOG_LEVEL: "warn" }, program)
  const tally: Tally = new Map()
  try {
    await server.start()
    if (path !== undefined) await lane({ seed, runs: 1, path })
    const lanes = path === undefined ? LANES : 0
    const phase = async (share: number, from: number) => {
      const runs = Math.ceil((requests * share) / lanes / SEQUENCE)
      const seeds = Array.from({ length: lanes }, (_, at) => seed + from + at)
      if (lanes > 0) await Promise.all(seeds.map((each) => lane({ seed: each, runs })))
      return heap(heapPort)
    }
    // A tenth of many; of few, as much as it takes until what the server keeps at hand is filled.
    const warmUp = Math.max(0.1, Math.min(0.6, WARM_UP / requests))
    const first = await phase(warmUp, 0)
    const last = await phase(1 - warmUp, LANES)
    return {
      requests: [...tally.values()].reduce((sum, count) => sum + count, 0),
      statuses: Object.fromEntries([...tally].sort(([a], [b]) => a - b)),
      heap: { first, last },
    }
  } finally {
    await server.dispose()
  }

  async function lane(options: { seed: number; runs: number; path?: string }): Promise<void> {
    const sequence = fc.array(action, { minLength: SEQUENCE, maxLength: SEQUENCE })
    const property = fc.asyncProperty(sequence, async (actions) => {
      await play(server.url, actions, tally)
      await isWell()
    })
    const { runs: numRuns, ...rest } = options
    // Not made smaller: shares and times differ, and a thousand tries more would hide what came first.
    const result = await fc.check(property, { ...rest, numRuns, endOnFailure: true })
    if (!result.failed) return
    const { message } = (result.errorInstance ?? {}) as { message?: string }
    throw new Error(
      `${message}\n\nAgain: FUZZ_SEED=${result.seed} FUZZ_PATH=${result.counterexamplePath} npm run fuzz\n${server.output().slice(-2_000)}`,
    )
  }

  /** It answers, and nothing that it says is an error. */
  async function isWell(): Promise<void> {
    const { ok } = await fetch(`${server.url}/api/health`)
    if (!ok) throw new Error("the server is not healthy")
    const bad = server
      .output()
      .split("\n")
      .find((line) => /"level":(?:50|60)|Unhandled|Uncaught|^\s+at /.test(line))
    if (bad !== undefined) throw new Error(`the server said: ${bad.slice(0, 1_500)}`)
  }
}

async function heap(port: number): Promise<number> {
  const answer = (await (await fetch(`http://127.0.0.1:${port}`)).json()) as { heapUsed: number }
  return answer.heapUsed
}
