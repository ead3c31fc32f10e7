import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type App, createApp } from "../src/api/app.ts"
import type { ApiConfig, Limiters } from "../src/api/context.ts"
import { encode } from "../src/host/encode.ts"
import { createLog } from "../src/host/log.ts"
import { createMachine } from "../src/host/machine.ts"
import { createPainter } from "../src/host/painter.ts"
import { NO_METER } from "../src/shares/meter.ts"
import type { BlobStore, MetaStore } from "../src/shares/ports.ts"
import { createShares, type Shares } from "../src/shares/shares.ts"
import { openFileStore } from "../src/storage/blobs/file.ts"
import { openSqliteStore } from "../src/storage/meta/sqlite.ts"
import { createInProcessNotifier } from "../src/storage/notifier/in-process.ts"
import { createTrust } from "../src/trust/trust.ts"
import { TEST_KEYS } from "./test-keys.ts"
import { builtAssets, builtPlugin } from "./world.ts"

/** The app on real storage, without a server before it, that says what it asked of storage. */
export interface CountingApp {
  shares: Shares
  meta: MetaStore
  /** A clock that stands until it is set. Milliseconds since the epoch. */
  clock: { now: number }
  /** Whether other nodes are heard. */
  hearing: { fresh: boolean }
  /** What the app answers. */
  routes: App["routes"]
  /** Calls since the last time this was asked, such as `meta.findShare`. */
  calls(): string[]
  /** Runs `work` after the next call of that name, before its caller has the answer. */
  after(call: string, work: () => Promise<unknown>): void
  request(path: string, init?: RequestInit): Promise<Response>
  close(): Promise<void>
}

const NONE: Limiters = {
  "new-shares": undefined,
  "token-new-shares": undefined,
  "create-requests": undefined,
  entries: undefined,
  "token-create-requests": undefined,
  views: undefined,
  syncs: undefined,
  passes: undefined,
  "share-passes": undefined,
  passwords: undefined,
  "share-passwords": undefined,
  "admin-failures": undefined,
}

export async function createCountingApp(changes: Partial<ApiConfig> = {}): Promise<CountingApp> {
  const folder = await mkdtemp(join(tmpdir(), "better-share-app-"))
  const baseUrl = "http://127.0.0.1"
  const clock = { now: Date.now() }
  const hearing = { fresh: true }
  const seen: string[] = []
  const interruptions = new Map<string, () => Promise<unknown>>()

  function counted<T extends object>(name: string, port: T): T {
    return new Proxy(port, {
      get(target, key) {
        const value = Reflect.get(target, key)
        if (typeof value !== "function") return value
        return (...args: unknown[]) => {
          const call = `${name}.${String(key)}`
          seen.push(call)
          const result = value.apply(target, args)
          const interruption = interruptions.get(call)
          if (!interruption) return result
          interruptions.delete(call)
          return Promise.resolve(result).then(async (answer) => {
            await interruption()
            return answer
          })
        }
      },
    })
  }

  const meta = await openSqliteStore({ file: join(folder, "test.db"), migrate: true })
  const store = await openFileStore({ root: folder, baseUrl })
  const blobs: BlobStore = store
  const machine = { ...createMachine(), now: () => clock.now }
  const log = createLog("silent")
  const painter = createPainter({ log })
  const shares = createShares({
    meta: counted("meta", meta),
    blobs: counted("blobs", blobs),
    notifier: { ...createInProcessNotifier(), isFresh: () => hearing.fresh },
    machine,
    log,
    keys: TEST_KEYS,
    maxShareBytes: 2 ** 29,
  })
  const trust = await createTrust({
    store: meta.trust,
    machine,
    log,
    subtle: crypto.subtle,
    fetch,
    masters: [machine.randomBytes(32)],
    auditAddresses: "full",
    webhook: undefined,
    createTokens: [],
  })
  const app: App = createApp({
    shares,
    trust,
    machine,
    encode: (body, coding) => {
      seen.push(`encode.${coding}`)
      return encode(body, coding)
    },
    log,
    meter: NO_METER,
    readiness: { lacks: async () => [] },
    metrics: { type: "text/plain", read: async () => "" },
    assets: await builtAssets(),
    plugin: builtPlugin,
    drawPicture: counted("picture", painter).draw,
    uploads: store.uploads,
    limiters: NONE,
    config: {
      baseUrl,
      needsToken: false,
      create: true,
      nativeDoor: true,
      maxSyncBytes: 2 ** 28,
      version: "test",
      ...changes,
    },
  })

  return {
    shares,
    meta,
    clock,
    hearing,
    routes: app.routes,
    calls: () => seen.splice(0),
    after: (call, work) => interruptions.set(call, work),
    request: async (path, init = {}) =>
      app.fetch(new Request(`${baseUrl}${path}`, init), { address: "127.0.0.1" }),
    async close() {
      app.endStreams()
      await painter.close()
      await shares.idle()
      await meta.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
