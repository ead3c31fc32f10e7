import { createServerProcess } from "../../test/server-process.ts"
import { type Backing, openBacking } from "../backing.ts"
import type { BackingFigures } from "../backing-figures.ts"
import type { SharedSettings } from "./options.ts"
import { readServer, type ServerFigures } from "./server-figures.ts"

/** The server that is played against. */
export interface Target {
  url: string
  token: string | undefined
  /** What it stands on, in words. */
  about: string
  /** Undefined when it tells us nothing. */
  figures(): Promise<ServerFigures | undefined>
  /** What its database and its bucket were asked; undefined when they are not ours. */
  backing(): Promise<BackingFigures | undefined>
  close(): Promise<void>
}

export async function openTarget(settings: SharedSettings): Promise<Target> {
  const { url, token, pid, postgres, "metrics-token": metricsToken } = settings
  if (url === undefined) return startTarget(postgres)
  // As a base: what stands behind it is put in front of paths.
  const origin = new URL(url).origin
  const health = await fetch(`${origin}/api/health`).catch(() => undefined)
  if (!health?.ok) throw new Error(`No Better Share answers at ${origin}.`)
  const options = { url: origin, metricsToken, pid }
  const tells = await readServer(options).then(
    () => true,
    () => false,
  )
  if (!tells)
    console.error(`${origin}/metrics tells us nothing: --metrics-token, for the server's own figures.`)
  return {
    url: origin,
    token,
    about: `the server at ${origin}`,
    figures: async () => (tells ? readServer(options) : undefined),
    backing: async () => undefined,
    close: async () => {},
  }
}

/** Of our own, without limits, in a folder that goes with it. */
async function startTarget(postgres: boolean): Promise<Target> {
  const backing: Backing | undefined = postgres ? await openBacking() : undefined
  const server = await createServerProcess(backing?.env)
  const close = async () => {
    await server.dispose()
    await backing?.close()
  }
  try {
    await server.start()
  } catch (error) {
    await close()
    throw error
  }
  return {
    url: server.url,
    token: undefined,
    about: postgres ? "one node on PostgreSQL and S3" : "one node on SQLite and files",
    backing: async () => backing?.figures(),
    figures: () => readServer({ url: server.url, metricsToken: undefined, pid: server.pid }),
    close,
  }
}

/** Reads the settings, or says what is wrong with them; does `work`; and closes what was opened, when asked to stop as well. */
export async function withTarget<T extends SharedSettings>(
  read: (args: string[]) => T,
  work: (target: Target, settings: T) => Promise<void>,
): Promise<void> {
  let settings: T
  let target: Target
  try {
    settings = read(process.argv.slice(2))
    target = await openTarget(settings)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 2
    return
  }
  // A server of ours must not outlive us.
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => void target.close().finally(() => process.exit(130)))
  try {
    await work(target, settings)
  } finally {
    await target.close()
  }
}
