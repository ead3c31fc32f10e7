import type { TraceContext } from "../protocol/trace-context.ts"
import type { ActiveShare } from "../shares/active.ts"
import type { Meter } from "../shares/meter.ts"
import type { BudgetName, Limiter, Log, Machine, UploadDoor } from "../shares/ports.ts"
import type { Shares } from "../shares/shares.ts"
import type { Trust } from "../trust/trust.ts"
import type { Encode } from "./content-coding.ts"
import type { Readiness } from "./health.ts"
import type { LockSettings } from "./lock.ts"
import type { Metrics } from "./metrics.ts"
import type { StreamLimits } from "./stream-seats.ts"

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
  /** For the page on which the owner of one takes something out of it, in the place of the other. */
  redactScript: Asset
  /** Stands in the file that a share is saved as. */
  exportScript: Asset
  /** Runs before a page is drawn, and brings `themes` where the reader chose one. */
  themeScript: Asset
  style: Asset
  /** For the operator's pages, behind the other. */
  adminStyle: Asset
  themes: Asset
  icon: Asset
}

export interface ApiConfig {
  /** Where people reach the server, without a slash at the end. */
  baseUrl: string
  /** Without, anybody who reaches the server may create. */
  needsToken: boolean
  /** Whether anybody may create at all, and whether OpenCode may without the plugin. */
  create: boolean
  nativeDoor: boolean
  /** Undefined: reading takes nothing but the link. */
  lock?: LockSettings | undefined
  /** Whether public shares are listed. */
  publicList?: boolean
  maxSyncBytes: number
  /** No limit unless told. */
  streams?: StreamLimits
  /** Where readers report abuse: an https address or `mailto:`. Undefined: nowhere. */
  abuseUrl?: string | undefined
  /** What reads the metrics; undefined: the admin token, and this machine itself. */
  metricsToken?: string | undefined
  version: string
  /** Id of the sample share, when there is one. */
  sampleID?: string
}

/** Undefined where nothing is limited. */
export type Limiters = Record<BudgetName, Limiter | undefined>

export interface ApiDeps {
  shares: Shares
  trust: Trust
  machine: Machine
  meter: Meter
  readiness: Readiness
  metrics: Metrics
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
  /** Where the request came from: the socket's other end or, where that is a trusted proxy, whom it names. */
  address: string
  /** The id that a trusted proxy knows the request by. */
  requestID?: string | undefined
  /** It comes from this machine itself, and no proxy says that it passes it on for another. */
  isLocal?: boolean
  /** Calls back once the answer is sent or has broken off, with the bytes that it came to on the wire. */
  whenSent?(tell: (bytes: number) => void): void
}

export interface ApiEnv {
  Bindings: Bindings
  Variables: {
    requestID: string
    /** Where its client has it in a trace; undefined: in none. */
    traced: TraceContext | undefined
    /** The token of a `/t/<token>` address, if it came by one. */
    pathToken: string | undefined
    /** Id of the share that this request may read, and the access at which it was let in. */
    admitted: string | undefined
    admittedAt: number | undefined
    /** The share that the address names, when its row was read for this request. */
    found: ActiveShare | undefined
    /** It has not come past the server's lock. */
    outside: boolean
    /** `RateLimit-*` of what the request was counted against last; undefined when it was not counted. */
    standing: Readonly<Record<string, string>> | undefined
    /** The answer has all its headers and its final form. */
    complete: boolean | undefined
  }
}
