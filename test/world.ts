import { mkdtemp, readdir, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { buildAssets, buildPlugin } from "../build/build.mjs"
import type { Assets } from "../src/api/context.ts"
import { loadAssets } from "../src/host/assets.ts"
import { type Config, readConfig } from "../src/host/config.ts"
import { createLog } from "../src/host/log.ts"
import { createMachine } from "../src/host/machine.ts"
import { type Serving, serve } from "../src/host/serve.ts"
import { BY_ITSELF } from "../src/protocol/audit.ts"
import type { Log } from "../src/shares/ports.ts"
import type { Trust } from "../src/trust/trust.ts"
import { NO_LIMITS } from "./no-limits.ts"

/** The real server in this process, on a free port and a folder of its own. */
export interface World {
  url: string
  dataDir: string
  /** The running server's, for what is given out past HTTP. */
  readonly trust: Trust
  /** What the server does by itself from time to time. */
  upkeep(): Promise<void>
  /** New secrets for a share, as the operator gives them. */
  reissue(shareID: string): Promise<{ secret: string }>
  /** Keys of all stored objects, as file paths below the store's root. */
  storedFiles(): Promise<string[]>
  /** Cuts every connection and stops the server. */
  stop(): Promise<void>
  /** Starts it again on the same folder and port. */
  start(): Promise<void>
  restart(): Promise<void>
  /** Stops the server and removes its folder. */
  close(): Promise<void>
}

export interface WorldOptions extends Partial<Omit<Config, "trust">> {
  trust?: Partial<Config["trust"]>

  log?: Log
  /** Takes what the server prints. */
  print?: (line: string) => void
  /** The server's clock, in milliseconds since the epoch; the machine's own unless told. */
  now?: () => number
}

export async function createWorld({
  log = createLog("silent"),
  now = Date.now,
  print = () => {},
  trust,
  ...changes
}: WorldOptions = {}): Promise<World> {
  const dataDir = await mkdtemp(join(tmpdir(), "better-share-"))
  const env = { PORT: "0", DATA_DIR: dataDir, SAMPLE: "off", ...NO_LIMITS }
  const usual = readConfig(env)
  const config: Config = { ...usual, ...changes, trust: { ...usual.trust, ...trust } }
  const deps = {
    assets: await builtAssets(),
    plugin: builtPlugin,
    log,
    print,
    machine: { ...createMachine(), now },
  }
  let serving: Serving | undefined = await serve(config, deps)
  const { url } = serving

  async function stop(): Promise<void> {
    await serving?.close()
    serving = undefined
  }
  async function start(): Promise<void> {
    serving = await serve({ ...config, port: Number(new URL(url).port) }, deps)
  }

  return {
    url,
    dataDir,
    get trust() {
      if (!serving) throw new Error("The server is stopped.")
      return serving.trust
    },
    upkeep: async () => serving?.shares.upkeep(),
    async reissue(shareID) {
      if (!serving) throw new Error("The server is stopped.")
      return serving.shares.reissue({ shareID, by: BY_ITSELF })
    },
    storedFiles: () => filesBelow(join(dataDir, "objects")),
    stop,
    start,
    async restart() {
      await stop()
      await start()
    },
    async close() {
      await stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

let assets: Promise<Assets> | undefined

/** The viewer's assets, built once a test process. */
export function builtAssets(): Promise<Assets> {
  assets ??= (async () => {
    const folder = await mkdtemp(join(tmpdir(), "better-share-assets-"))
    try {
      await buildAssets(folder)
      return await loadAssets(folder)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })()
  return assets
}

let plugin: Promise<string> | undefined

/** The OpenCode plugin, built once a test process. */
export function builtPlugin(): Promise<string> {
  plugin ??= (async () => {
    const folder = await mkdtemp(join(tmpdir(), "better-share-plugin-"))
    try {
      await buildPlugin(folder)
      return await readFile(join(folder, "index.js"), "utf8")
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })()
  return plugin
}

/** Files only: a folder that a crash left empty holds nothing of anybody's. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}
