import { join } from "node:path"
import { type App, createApp } from "../api/app.ts"
import type { Assets } from "../api/context.ts"
import type { BlobStore, Log, Machine, MetaStore } from "../shares/ports.ts"
import { createShares, type Shares } from "../shares/shares.ts"
import { openFileStore } from "../storage/blobs/file.ts"
import { openSqliteStore } from "../storage/meta/sqlite.ts"
import { createInProcessNotifier } from "../storage/notifier/in-process.ts"
import type { Config } from "./config.ts"
import { claimDataDir } from "./data-dir.ts"
import { addSample } from "./sample/sample.ts"
import { version } from "./version.ts"

export interface Composition {
  app: App
  shares: Shares
  sampleID: string | undefined
  close(): Promise<void>
}

export interface ComposeDeps {
  machine: Machine
  log: Log
  assets: Assets
  /** Where people reach the server. */
  baseUrl: string
}

/** How often deletions that could not finish are tried again. */
const RETRY_DELETIONS_MS = 30_000

/** Puts the drivers that the configuration asks for behind the ports, and the API before them. */
export async function compose(
  config: Config,
  { machine, log, assets, baseUrl }: ComposeDeps,
): Promise<Composition> {
  const lock = await claimDataDir(config.dataDir)
  const meta: MetaStore = await openSqliteStore({ file: join(config.dataDir, "better-share.db") })
  const blobs: BlobStore = await openFileStore({ root: config.dataDir })
  const shares = createShares({
    meta,
    blobs,
    notifier: createInProcessNotifier(),
    machine,
    log,
    maxShareBytes: config.maxShareBytes,
  })

  const sampleID = config.sample ? await addSample({ meta, shares, machine }) : undefined
  await shares.resumeDeletions()
  const retry = setInterval(() => {
    shares.resumeDeletions().catch((err) => log.error({ err }, "could not look for unfinished deletions"))
  }, RETRY_DELETIONS_MS)

  const { createTokens, maxSyncBytes } = config
  const app = createApp({
    shares,
    machine,
    log,
    assets,
    config: { baseUrl, createTokens, maxSyncBytes, version, ...(sampleID === undefined ? {} : { sampleID }) },
  })
  return {
    app,
    shares,
    sampleID,
    async close() {
      clearInterval(retry)
      await shares.idle()
      await meta.close()
      lock.release()
    },
  }
}
