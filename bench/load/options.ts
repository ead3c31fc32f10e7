import { parseArgs } from "node:util"
import { z } from "zod/mini"
import { isLoopback } from "../../src/protocol/loopback.ts"

/** By which way content comes in: OpenCode's own, the plugin's, or every other session by either. */
export const DOORS = ["native", "direct", "mixed"] as const

/** Of several sessions, by number. */
export function doorOf(door: (typeof DOORS)[number], number: number): "native" | "direct" {
  if (door !== "mixed") return door
  return number % 2 === 0 ? "native" : "direct"
}

const count = (most: number) => z.coerce.number().check(z.int(), z.gte(0), z.lte(most))
const minutes = z.coerce.number().check(z.gt(0), z.lte(1_440))
const flag = z._default(z.boolean(), false)

/** Of everything that plays sessions and viewers. */
const SHARED = {
  /** Absent: a server is started. */
  url: z.optional(z.url({ protocol: /^https?$/, error: "must be an address such as http://127.0.0.1:3000" })),
  /** Creates, where creating takes one. */
  token: z.optional(z.string()),
  /** Opens /metrics: `METRICS_TOKEN`, or the admin token. A server on this machine may need none. */
  "metrics-token": z.optional(z.string()),
  /** Of the server at `url`, if it runs on this machine: then its open files are told. */
  pid: z.optional(z.coerce.number().check(z.int(), z.gt(0))),
  door: z._default(z.enum(DOORS), "native"),
  /** The server that is started stands on real PostgreSQL, and on an S3 server of this process. */
  postgres: flag,
  json: flag,
  "yes-this-is-mine": flag,
}

const LOAD = {
  ...SHARED,
  sessions: z._default(count(5_000), 200),
  viewers: z._default(count(50_000), 2_000),
  minutes: z._default(minutes, 2),
  /** Messages that a session has when it begins to be played. */
  history: z._default(count(5_000), 40),
  /** Shares are left there. */
  keep: flag,
}

const SOAK = {
  ...SHARED,
  sessions: z._default(count(1_000).check(z.gte(1)), 40),
  viewers: z._default(count(10_000), 200),
  minutes: z._default(minutes, 10),
  history: z._default(count(1_000), 20),
  /** Seconds that a session lives: then it is revoked, and another one begins. */
  life: z._default(count(86_400).check(z.gte(2)), 60),
}

export type SharedSettings = z.infer<ReturnType<typeof z.object<typeof SHARED>>>
export type LoadSettings = z.infer<ReturnType<typeof z.object<typeof LOAD>>>
export type SoakSettings = z.infer<ReturnType<typeof z.object<typeof SOAK>>>

export const readLoadSettings = (args: string[]): LoadSettings => read(z.object(LOAD), args)
export const readSoakSettings = (args: string[]): SoakSettings => read(z.object(SOAK), args)

const FLAGS: readonly string[] = ["postgres", "json", "keep", "yes-this-is-mine"]

/** Throws a sentence that says what to write instead. */
function read<T extends SharedSettings>(schema: z.ZodMiniType<T> & { shape: object }, args: string[]): T {
  const options = Object.fromEntries(
    Object.keys(schema.shape).map((name) => [
      name,
      { type: FLAGS.includes(name) ? ("boolean" as const) : ("string" as const) },
    ]),
  )
  const result = schema.safeParse(parseArgs({ args, options }).values)
  if (!result.success) {
    throw new Error(
      result.error.issues.map(({ path, message }) => `--${path.join(".")}: ${message}`).join("\n"),
    )
  }
  const { url, "yes-this-is-mine": isMine } = result.data
  if (url !== undefined && !isLoopback(new URL(url).hostname) && !isMine) {
    const { hostname } = new URL(url)
    throw new Error(
      `${hostname} is another machine, and this is a load test. If it is yours: --yes-this-is-mine`,
    )
  }
  return result.data
}
