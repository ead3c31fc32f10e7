import { type App, createApp } from "../api/app.ts"
import type { Assets } from "../api/context.ts"
import type { BlobStore, Log, Machine, MetaStore, Notifier, UploadDoor } from "../shares/ports.ts"
import { createShares, type Shares } from "../shares/shares.ts"
import { openFileStore } from "../storage/blobs/file.ts"
import { openS3Store } from "../storage/blobs/s3.ts"
import { limitNewShares } from "../storage/limiter/new-shares.ts"
import { openPostgresStore } from "../storage/meta/postgres.ts"
import { openSqliteStore } from "../storage/meta/sqlite.ts"
import { createInProcessNotifier } from "../storage/notifier/in-process.ts"
import { openPostgresNotifier } from "../storage/notifier/postgres.ts"
import type { Config } from "./config.ts"
import { claimDataDir, databaseFile } from "./data-dir.ts"
import { encode } from "./encode.ts"
import { openLimiters } from "./limiters.ts"
import { createPainter } from "./painter.ts"
import { openRuleBoxOf } from "./rule-box.ts"
import { addSample } from "./sample/sample.ts"
import { startUpkeep } from "./upkeep.ts"
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
  /** The built OpenCode plugin. */
  plugin: () => Promise<string>
  /** Where people reach the server. */
  baseUrl: string
}

/** Puts the drivers that the configuration asks for behind the ports, and the API before them. */
export async function compose(
  config: Config,
  { machine, log, assets, plugin, baseUrl }: ComposeDeps,
): Promise<Composition> {
  // With both elsewhere nothing is kept in the folder, and nodes on one machine need none of their own.
  const local = config.databaseUrl === undefined || config.s3 === undefined
  const lock = local ? await claimDataDir(config.dataDir) : undefined
  const { meta, notifier } = await openMetadata(config, log)
  const { blobs, uploads } = await openContent(config, { baseUrl, now: machine.now })
  const { limiters, close: closeLimiters } = openLimiters(config, log)
  const { "new-shares": newShares } = limiters
  const shares = createShares({
    meta: newShares ? limitNewShares(meta, newShares) : meta,
    blobs,
    notifier,
    machine,
    ruleBox: await openRuleBoxOf(config),
    log,
    maxShareBytes: config.maxShareBytes,
  })

  const sampleID = config.sample ? await addSample({ meta, shares, machine }) : undefined
  await shares.resumeDeletions()
  const upkeep = startUpkeep({ shares, log })
  const painter = createPainter({ log })

  const { createTokens, maxSyncBytes } = config
  const app = createApp({
    shares,
    machine,
    encode,
    log,
    assets,
    plugin,
    drawPicture: painter.draw,
    uploads,
    limiters,
    config: { baseUrl, createTokens, maxSyncBytes, version, ...(sampleID === undefined ? {} : { sampleID }) },
  })
  return {
    app,
    shares,
    sampleID,
    async close() {
      upkeep.stop()
      await painter.close()
      await shares.stop()
      await notifier.close()
      await closeLimiters()
      await meta.close()
      lock?.release()
    },
  }
}

/** PostgreSQL when the configuration names one, for any number of nodes; else a file, for this one. */
async function openMetadata(
  { databaseUrl: url, dataDir, migrate }: Config,
  log: Log,
): Promise<{ meta: MetaStore; notifier: Notifier }> {
  if (url === undefined) {
    const meta = await openSqliteStore({ file: databaseFile(dataDir), migrate })
    return { meta, notifier: createInProcessNotifier() }
  }
  const meta = await openPostgresStore({ url, migrate, log })
  try {
    return { meta, notifier: await openPostgresNotifier({ url, log }) }
  } catch (error) {
    await meta.close()
    throw error
  }
}

/** A bucket when the configuration names one; else files, whose uploads come in through the API. */
async function openContent(
  { s3, dataDir }: Config,
  { baseUrl, now }: { baseUrl: string; now: () => number },
): Promise<{ blobs: BlobStore; uploads: UploadDoor | undefined }> {
  if (s3) return { blobs: await openS3Store(s3), uploads: undefined }
  const blobs = await openFileStore({ root: dataDir, baseUrl, now })
  return { blobs, uploads: blobs.uploads }
}
