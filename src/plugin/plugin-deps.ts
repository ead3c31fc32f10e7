import type { SessionReader } from "./opencode/session-reader.ts"
import type { Outbox } from "./sending/outbox.ts"
import type { Environment, Settings } from "./settings.ts"
import type { Keyring } from "./shares/keyring.ts"
import type { OwnerKey } from "./shares/owner-key.ts"
import type { Audit } from "./telling/audit.ts"
import type { Notices } from "./telling/notices.ts"

/** Between what is heard and what is on disk, and between two sends. Milliseconds. */
export interface Pace {
  flush: number
  send: number
}

/** What the plugin's parts work with. */
export interface PluginDeps {
  settings: Settings
  keyring: Keyring
  outbox: Outbox
  reader: SessionReader
  notices: Notices
  audit: Audit
  /** What creating a share takes on servers that ask for it. */
  createToken(): string | undefined
  /** Made on first use. */
  ownerKey(): Promise<OwnerKey>
  fetch: typeof globalThis.fetch
  now: () => number
  random: () => number
  /** Resolves in a later turn of the event loop. */
  pause: () => Promise<void>
  pid: number
  /** While somebody watches a share, and while nobody does. */
  pace: { watched: Pace; unwatched: Pace }
  /** What the server is told of who calls. */
  userAgent: string
  /** The project's folder. */
  directory: string
  /** Where a dry run is written to. */
  dryRunFolder: string
  /** Sessions that would have been shared. */
  dryRuns: Set<string>
  /** What redaction knows of this machine. */
  machine: { environment: Environment; home: string | undefined; user: string | undefined }
}
