import type { BudgetName, Limiter, Log, Machine, UploadDoor } from "../shares/ports.ts"
import type { Shares } from "../shares/shares.ts"
import type { Encode } from "./content-coding.ts"
import type { LockSettings } from "./lock.ts"

/** A built asset of the viewer, in memory: served under `/assets/<name>`. */
export interface Asset {
  name: string
  type: string
  body: Uint8Array<ArrayBuffer>
}

export interface Assets {
  script: Asset
  /** For pages of encrypted shares, in the place of the other. */
  encryptedScript: Asset
  /** Stands in the file that a share is saved as. */
  exportScript: Asset
  /** Runs before a page is drawn, and brings `themes` where the reader chose one. */
  themeScript: Asset
  style: Asset
  themes: Asset
  icon: Asset
}

export interface ApiConfig {
  /** Where people reach the server, without a slash at the end. */
  baseUrl: string
  /** With none, anybody who reaches the server may create. */
  createTokens: readonly string[]
  /** Undefined: reading takes nothing but the link. */
  lock?: LockSettings | undefined
  maxSyncBytes: number
  version: string
  /** Id of the sample share, when there is one. */
  sampleID?: string
}

/** Undefined where nothing is limited. */
export type Limiters = Record<BudgetName, Limiter | undefined>

export interface ApiDeps {
  shares: Shares
  machine: Machine
  encode: Encode
  log: Log
  assets: Assets
  /** The built OpenCode plugin, read when somebody asks for it. */
  plugin: () => Promise<string>
  /** SVG → PNG, for the picture of a share's link. Throws `unavailable` when too many wait. */
  drawPicture: (svg: string) => Promise<Uint8Array<ArrayBuffer>>
  /** Where upload tickets lead, when the store has no server of its own. */
  uploads: UploadDoor | undefined
  limiters: Limiters
  config: ApiConfig
}

/** What the runtime's edge tells about a request beside the request itself. */
export interface Bindings {
  /** The peer's address, as the socket has it. */
  address: string
}

export interface ApiEnv {
  Bindings: Bindings
  Variables: {
    requestID: string
    /** The token of a `/t/<token>` address, if it came by one. */
    pathToken: string | undefined
    /** It has not come past the server's lock. */
    outside: boolean
    /** The answer has all its headers and its final form. */
    complete: boolean | undefined
  }
}
