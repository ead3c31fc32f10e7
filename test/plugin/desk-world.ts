import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { onTestFinished } from "vitest"
import { createDesk, type Desk } from "../../src/plugin/desk.ts"
import { createOutbox } from "../../src/plugin/sending/outbox.ts"
import { readSettings } from "../../src/plugin/settings.ts"
import { createKeyring } from "../../src/plugin/shares/keyring.ts"
import { openOwnerKey } from "../../src/plugin/shares/owner-key.ts"
import { createAudit } from "../../src/plugin/telling/audit.ts"
import type { Notice } from "../../src/plugin/telling/notices.ts"
import { createStoredSessions, type StoredSessions } from "./stored-sessions.ts"

/** A plugin's desk over the real server, with sessions that a test writes, and a folder that outlives it. */
export interface DeskWorld {
  readonly folder: string
  readonly sessions: StoredSessions
  readonly notices: Notice[]
  readonly logged: string[]
  /** A process of OpenCode that has begun. */
  start(options?: DeskOptions): RunningDesk
}

export interface DeskOptions {
  /** The plugin's, over the world's. */
  settings?: Record<string, unknown>
  fetch?: typeof fetch
  /** Another machine's folder. */
  folder?: string
  pid?: number
  /** Bytes that the outbox may hold. */
  mostBytes?: number
}

export interface RunningDesk extends Desk {
  /** Ends it without a word, as SIGKILL does: what it was doing stops where it is. */
  kill(): void
}

/** Above any process that there is: a number of one that is no more. */
const NO_PROCESS = 2 ** 22 + 1

export async function createDeskWorld(url: string): Promise<DeskWorld> {
  const folder = await mkdtemp(join(tmpdir(), "better-share-desk-"))
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }))
  const sessions = createStoredSessions()
  const notices: Notice[] = []
  const logged: string[] = []
  let processes = 0

  function start(options: DeskOptions = {}): RunningDesk {
    const { fetch: send = fetch, pid = NO_PROCESS + processes++ } = options
    const home = options.folder ?? folder
    const settings = readSettings({ url, ...options.settings }, {}, undefined)
    if ("fault" in settings) throw new Error(settings.fault)
    let dead = false
    const halted: typeof fetch = (_, init) =>
      new Promise((_resolve, reject) =>
        init?.signal?.addEventListener("abort", () => reject(new Error("ended"))),
      )
    const now = Date.now
    const { mostBytes } = options
    const outbox = createOutbox({
      folder: join(home, "outbox"),
      now,
      process: String(pid),
      ...(mostBytes === undefined ? {} : { mostBytes }),
    })
    const desk = createDesk({
      settings,
      keyring: createKeyring(join(home, "keyring")),
      outbox,
      reader: sessions.reader,
      notices: {
        tell: (notice) => void notices.push(notice),
        log: (level, message) => void logged.push(`${level} ${message}`),
      },
      audit: createAudit({
        path: settings.audit ? join(home, "audit.ndjson") : undefined,
        now,
        onError: (error) => void logged.push(String(error)),
      }),
      createToken: () => settings.token,
      ownerKey: () => openOwnerKey(join(home, "owner.json"), now),
      fetch: async (...call) => (dead ? halted(...call) : send(...call)),
      now,
      random: () => 0,
      pause: () => new Promise((resolve) => setImmediate(resolve)),
      pid,
      pace: { watched: { flush: 5, send: 0 }, unwatched: { flush: 5, send: 0 } },
      userAgent: "better-share-plugin/test",
      directory: "/work",
      dryRuns: new Set(),
      dryRunFolder: join(home, "dry-run"),
      machine: { environment: {}, home: "/home/dev", user: "dev" },
    })
    const silence = sessions.listen((event) => desk.hear(event))
    const kill = () => {
      dead = true
      silence()
    }
    const running: RunningDesk = {
      ...desk,
      kill,
      async close(withinMs) {
        silence()
        await desk.close(withinMs)
      },
    }
    onTestFinished(async () => {
      kill()
      await desk.close(0).catch(() => {})
    })
    return running
  }

  return { folder, sessions, notices, logged, start }
}

/** What the share shows, as the session stores it. */
export async function readShared(url: string, shareID: string) {
  const response = await fetch(`${url}/api/share/${shareID}`)
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
  const { session, messages } = (await response.json()) as {
    session: Record<string, unknown>
    messages: { info: { id: string }; parts: { id: string }[] }[]
  }
  return { session, messages }
}
