import { join } from "node:path"
import type { SessionReader } from "./opencode/session-reader.ts"
import type { PluginMachine } from "./plugin.ts"
import type { PluginDeps } from "./plugin-deps.ts"
import { createOutbox } from "./sending/outbox.ts"
import type { Settings } from "./settings.ts"
import type { Keyring } from "./shares/keyring.ts"
import { openOwnerKey } from "./shares/owner-key.ts"
import { createAudit } from "./telling/audit.ts"
import type { Notices } from "./telling/notices.ts"

export interface PluginSurroundings {
  machine: Pick<PluginMachine, "now" | "random" | "pid" | "environment" | "home" | "user">
  /** Where all is kept. */
  folder: string
  /** The project's. */
  directory: string
  /** What the server is told of who calls. */
  userAgent: string
  keyring: Keyring
  reader: SessionReader
  notices: Notices
  createToken(): string | undefined
}

const PACE = { watched: { flush: 300, send: 1_000 }, unwatched: { flush: 1_500, send: 5_000 } }

/** What the plugin's parts work with, on this machine's disk, network and clock. */
export function openPluginDeps(settings: Settings, surroundings: PluginSurroundings): PluginDeps {
  const { machine, folder, directory, userAgent, keyring, reader, notices, createToken } = surroundings
  const { now, random, pid, environment, home, user } = machine
  let ownerKey: ReturnType<typeof openOwnerKey> | undefined
  return {
    settings,
    keyring,
    reader,
    notices,
    createToken,
    directory,
    outbox: createOutbox({ folder: join(folder, "outbox"), now, process: String(pid) }),
    audit: createAudit({
      path: settings.audit ? join(folder, "audit.ndjson") : undefined,
      now,
      onError: (error) => notices.log("warn", String(error)),
    }),
    ownerKey() {
      ownerKey ??= openOwnerKey(join(folder, "owner.json"), now)
      // A disk that was full may have room again.
      ownerKey.catch(() => {
        ownerKey = undefined
      })
      return ownerKey
    },
    fetch: (...call) => globalThis.fetch(...call),
    now,
    random,
    pid,
    pace: PACE,
    pause: () => new Promise((resolve) => setImmediate(resolve)),
    userAgent,
    dryRuns: new Set(),
    dryRunFolder: join(folder, "dry-run"),
    machine: { environment: { ...environment }, home, user },
  }
}
