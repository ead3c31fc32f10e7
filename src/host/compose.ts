import { type App, createApp } from "../api/app.ts"
import type { Assets } from "../api/context.ts"
import { toAuditLine } from "../protocol/audit.ts"
import type { BlobStore, Log, Machine, Notifier, UploadDoor } from "../shares/ports.ts"
import { createShares, type Shares } from "../shares/shares.ts"
import { openFileStore } from "../storage/blobs/file.ts"
import { createBucketProbe, openS3Store } from "../storage/blobs/s3.ts"
import { limitNewShares } from "../storage/limiter/new-shares.ts"
import type { Database } from "../storage/meta/kysely-store.ts"
import { openPostgresStore } from "../storage/meta/postgres.ts"
import { openSqliteStore } from "../storage/meta/sqlite.ts"
import { createInProcessNotifier } from "../storage/notifier/in-process.ts"
import { openPostgresNotifier } from "../storage/notifier/postgres.ts"
import { requireComplete } from "../storage/transfer/mark.ts"
import { nameObjects } from "../storage/transfer/objects.ts"
import { createTrust, type Trust } from "../trust/trust.ts"
import { type Config, needsToken } from "./config.ts"
import { claimDataDir, databaseFile } from "./data-dir.ts"
import { encode } from "./encode.ts"
import { findMasterKeys } from "./instance-key.ts"
import { openLimiters } from "./limiters.ts"
import { createMetrics } from "./metrics/metrics.ts"
import { createPainter } from "./painter.ts"
import { createReadiness } from "./readiness.ts"
import { addSample } from "./sample/sample.ts"
import { needsFolder, placeOf } from "./storage-place.ts"
import { startUpkeep } from "./upkeep.ts"
import { version } from "./version.ts"

export interface Composition {
  app: App
  shares: Shares
  trust: Trust
  sampleID: string | undefined
  /** Says from now on that it is about to end, and ends the streams of those who watch. */
  beginStop(): void
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
  /** Takes lines for standard output. */
  print?: (line: string) => void
}

/** Puts the drivers that the configuration asks for behind the ports, and the API before them. */
export async function compose(
  config: Config,
  { machine, log, assets, plugin, baseUrl, print = console.log }: ComposeDeps,
): Promise<Composition> {
  const local = needsFolder(config)
  const lock = local ? await claimDataDir(config.dataDir) : undefined
  const { meta, notifier } = await openMetadata(config, log).catch((error: unknown) => {
    lock?.release()
    throw error
  })
  const trust = await createTrust({
    store: meta.trust,
    machine,
    log,
    subtle: crypto.subtle,
    fetch,
    ...config.trust,
    createTokens: config.createTokens,
    masters: await findMasterKeys({
      configured: config.trust.instanceKeys,
      folder: local ? config.dataDir : undefined,
      store: meta.trust,
      machine,
      log,
    }),
  })
  if (config.trust.auditStdout) {
    meta.trust.onAudit((rows) => {
      for (const row of rows) print(JSON.stringify({ audit: toAuditLine(row) }))
    })
  }
  const { blobs, uploads, probe } = await openContent(config, { baseUrl, now: machine.now })
  const readiness = createReadiness({
    checks: {
      database: async () => ((await meta.vitals.lackingMigrations()).length > 0 ? ["schema"] : []),
      storage: async () => {
        await probe()
        return []
      },
    },
    now: machine.now,
    log,
  })
  const metrics = createMetrics({
    version,
    vitals: meta.vitals,
    countOutbox: meta.trust.countOutbox,
    unredacted: meta.unredacted,
    readiness,
    now: machine.now,
    log,
  })
  const { meter } = metrics
  const { limiters, close: closeLimiters } = openLimiters(config, log)
  const shares = createShares({
    meta: limitNewShares(meta, {
      byAddress: limiters["new-shares"],
      byToken: limiters["token-new-shares"],
    }),
    blobs,
    notifier,
    machine,
    keys: trust.keys,
    log,
    meter,
    expiry: config.expiry,
    maxShareBytes: config.maxShareBytes,
    quotas: { ownerBytes: config.maxOwnerBytes, totalBytes: config.maxTotalBytes },
    admitWriter: ({ creator, tokenID }) => trust.blocks.refuse({ creator, tokenID }),
  })

  const sampleID = config.sample ? await addSample({ meta, shares, machine }) : undefined
  await shares.resumeDeletions()
  const upkeep = startUpkeep({ shares, trust, log, meter, now: machine.now })
  const painter = createPainter({ log })

  const { lock: serverLock, maxSyncBytes, limits } = config
  const { create, nativeDoor } = config.trust
  const streams = { perAddress: limits.streamsPerAddress, total: limits.streams }
  const app = createApp({
    shares,
    trust,
    machine,
    encode,
    log,
    meter,
    readiness,
    metrics,
    assets,
    plugin,
    drawPicture: painter.draw,
    uploads,
    limiters,
    config: {
      baseUrl,
      needsToken: needsToken(config),
      create,
      nativeDoor,
      lock: serverLock,
      publicList: config.publicList,
      maxSyncBytes,
      streams,
      abuseUrl: config.abuseUrl,
      metricsToken: config.metricsToken,
      version,
      ...(sampleID === undefined ? {} : { sampleID }),
    },
  })
  return {
    app,
    shares,
    trust,
    sampleID,
    beginStop() {
      readiness.stop()
      app.endStreams()
    },
    async close() {
      upkeep.stop()
      metrics.close()
      await painter.close()
      await shares.stop()
      await trust.stop()
      await notifier.close()
      await closeLimiters()
      await meta.close()
      lock?.release()
    },
  }
}

/** PostgreSQL when the configuration names one, for any number of nodes; else a file, for this one. */
async function openMetadata(config: Config, log: Log): Promise<{ meta: Database; notifier: Notifier }> {
  const { databaseUrl: url, dataDir, migrate } = config
  const meta =
    url === undefined
      ? await openSqliteStore({ file: databaseFile(dataDir), migrate })
      : await openPostgresStore({ url, migrate, log })
  try {
    await requireComplete(meta.trust, nameObjects(placeOf(config).objects))
    return {
      meta,
      notifier: url === undefined ? createInProcessNotifier() : await openPostgresNotifier({ url, log }),
    }
  } catch (error) {
    await meta.close()
    throw error
  }
}

/** A bucket when the configuration names one; else files, whose uploads come in through the API. */
async function openContent(
  { s3, dataDir }: Config,
  { baseUrl, now }: { baseUrl: string; now: () => number },
): Promise<{ blobs: BlobStore; uploads: UploadDoor | undefined; probe: () => Promise<void> }> {
  if (s3) return { blobs: await openS3Store(s3), uploads: undefined, probe: createBucketProbe(s3) }
  const blobs = await openFileStore({ root: dataDir, baseUrl, now })
  return { blobs, uploads: blobs.uploads, probe: blobs.probe }
}
