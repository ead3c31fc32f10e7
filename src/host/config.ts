import type { LockSettings } from "../api/lock.ts"
import { LIMITS } from "../protocol/limits.ts"
import { isLoopback } from "../protocol/loopback.ts"
import type { ExpiryPolicy } from "../shares/access/expiry-policy.ts"
import type { S3Settings } from "../storage/blobs/s3.ts"
import { ABUSE_VARIABLE } from "./abuse-variable.ts"
import { EXPIRY_VARIABLES } from "./expiry-variables.ts"
import { LIMIT_VARIABLES, type LimitSettings } from "./limit-variables.ts"
import { halfSetLock, LOCK_VARIABLES, lockOf } from "./lock-variables.ts"
import { METRICS_VARIABLE } from "./metrics-variable.ts"
import { QUOTA_VARIABLES } from "./quota-variables.ts"
import { readBytes } from "./read-bytes.ts"
import { halfSetS3, S3_VARIABLES } from "./s3-variables.ts"
import { halfSetWebhook, TRUST_VARIABLES, type TrustSettings } from "./trust-variables.ts"
import { readProxies } from "./trusted-proxies.ts"
import { type Environment, isSet, readSwitch, type Variable } from "./variable.ts"

/** Everything an operator can set, parsed. */
export interface Config {
  host: string
  /** 0 takes any free port. */
  port: number
  /** Where people reach the server, without a slash at the end; undefined: where it listens. */
  baseUrl: string | undefined
  dataDir: string
  /** Undefined: SQLite in `dataDir`. */
  databaseUrl: string | undefined
  /** Whether a start brings the database's schema up to date. */
  migrate: boolean
  /** Undefined: files in `dataDir`. */
  s3: S3Settings | undefined
  createTokens: string[]
  trust: TrustSettings
  /** Undefined: reading takes nothing but the link. */
  lock: LockSettings | undefined
  /** Addresses and ranges of proxies whose `X-Forwarded-For` is believed. */
  trustedProxies: string[]
  maxSyncBytes: number
  maxShareBytes: number
  /** As stored; 0 is no limit. */
  maxOwnerBytes: number
  maxTotalBytes: number
  limits: LimitSettings
  expiry: ExpiryPolicy
  /** Where readers report abuse; undefined: nowhere. */
  abuseUrl: string | undefined
  /** What reads /metrics; undefined: the admin token, and this machine itself. */
  metricsToken: string | undefined
  /** Whether public shares are listed. */
  publicList: boolean
  logLevel: LogLevel
  sample: boolean
}

const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** Variable → what it means. `.env.example` holds the same names and defaults; a test compares them. */
export const VARIABLES = {
  HOST: {
    about:
      "The address to listen on. Anything but a loopback address also needs BASE_URL, and tokens to create.",
    fallback: "127.0.0.1",
    parse: (text) => text,
  },
  PORT: { about: "The port to listen on; 0 takes any free one.", fallback: "3000", parse: readPort },
  BASE_URL: {
    about: "Where people reach the server, such as https://share.example.com. Default: where it listens.",
    fallback: "",
    parse: readBaseUrl,
  },
  DATA_DIR: {
    about: "The folder for the database and the stored sessions.",
    fallback: "./data",
    parse: (text) => text,
  },
  DATABASE_URL: {
    about:
      "PostgreSQL 14 or newer, as postgres://user:password@host/name?sslmode=require. Default: SQLite in DATA_DIR.",
    fallback: "",
    parse: readDatabaseUrl,
  },
  MIGRATE: {
    about:
      "Whether a start brings the database up to date: on, or off to leave that to `better-share migrate`.",
    fallback: "on",
    parse: readSwitch,
  },
  ...S3_VARIABLES,
  CREATE_TOKENS: {
    about:
      "Who may create shares, beside the tokens that the operator makes: of 16 or more letters, digits, _ or -, separated by commas.",
    fallback: "",
    parse: readTokens,
  },
  ...TRUST_VARIABLES,
  ...LOCK_VARIABLES,
  TRUSTED_PROXIES: {
    about:
      "Proxies whose X-Forwarded-For is believed: addresses, ranges such as 10.0.0.0/8, or loopback, separated by commas.",
    fallback: "",
    parse: readProxies,
  },
  MAX_SYNC_BYTES: {
    about: "The largest sync that is taken in, in bytes, or with KiB, MiB or GiB behind the number.",
    fallback: `${LIMITS.syncBytes / 1024 / 1024}MiB`,
    parse: readBytes,
  },
  MAX_SHARE_BYTES: {
    about: "The largest share that is kept, uncompressed; showing it takes about twice that in memory.",
    fallback: `${LIMITS.shareBytes / 1024 / 1024}MiB`,
    parse: readBytes,
  },
  ...QUOTA_VARIABLES,
  ...LIMIT_VARIABLES,
  ...EXPIRY_VARIABLES,
  ...ABUSE_VARIABLE,
  ...METRICS_VARIABLE,
  LOG_LEVEL: {
    about: `How much is logged: ${LOG_LEVELS.join(", ")}. Requests are logged at debug, and at info those that failed here.`,
    fallback: "info",
    parse: readLogLevel,
  },
  SAMPLE: { about: "Whether to show the sample share: on or off.", fallback: "on", parse: readSwitch },
} as const satisfies Record<string, Variable<unknown>>

/** Every fault of an environment at once, each a sentence. */
export class ConfigError extends Error {
  override readonly name = "ConfigError"
  readonly faults: readonly string[]

  constructor(faults: readonly string[]) {
    super(faults.join("\n"))
    this.faults = faults
  }
}

/** Pure: the same environment always gives the same configuration, or the same {@link ConfigError}. */
export function readConfig(env: Environment): Config {
  const faults: string[] = []
  const read = <T>(name: keyof typeof VARIABLES, { fallback, parse }: Variable<T>): T | undefined => {
    try {
      return parse(env[name]?.trim() || fallback)
    } catch (error) {
      faults.push(`${name}: ${error instanceof Error ? error.message : String(error)}`)
      return undefined
    }
  }
  const config = {
    host: read("HOST", VARIABLES.HOST),
    port: read("PORT", VARIABLES.PORT),
    baseUrl: read("BASE_URL", VARIABLES.BASE_URL),
    dataDir: read("DATA_DIR", VARIABLES.DATA_DIR),
    databaseUrl: read("DATABASE_URL", VARIABLES.DATABASE_URL),
    migrate: read("MIGRATE", VARIABLES.MIGRATE),
    s3: {
      endpoint: read("S3_ENDPOINT", VARIABLES.S3_ENDPOINT),
      accessKeyID: read("S3_ACCESS_KEY_ID", VARIABLES.S3_ACCESS_KEY_ID),
      secretAccessKey: read("S3_SECRET_ACCESS_KEY", VARIABLES.S3_SECRET_ACCESS_KEY),
      bucket: read("S3_BUCKET", VARIABLES.S3_BUCKET),
      region: read("S3_REGION", VARIABLES.S3_REGION),
      prefix: read("S3_PREFIX", VARIABLES.S3_PREFIX),
      pathStyle: read("S3_PATH_STYLE", VARIABLES.S3_PATH_STYLE),
      publicEndpoint: read("S3_PUBLIC_ENDPOINT", VARIABLES.S3_PUBLIC_ENDPOINT),
    },
    createTokens: read("CREATE_TOKENS", VARIABLES.CREATE_TOKENS),
    trust: {
      instanceKeys: read("INSTANCE_KEY", VARIABLES.INSTANCE_KEY),
      auditAddresses: read("AUDIT_ADDRESS", VARIABLES.AUDIT_ADDRESS),
      auditStdout: read("AUDIT_STDOUT", VARIABLES.AUDIT_STDOUT),
      webhook: isSet(env, "AUDIT_WEBHOOK_URL")
        ? {
            url: read("AUDIT_WEBHOOK_URL", VARIABLES.AUDIT_WEBHOOK_URL),
            secret: read("AUDIT_WEBHOOK_SECRET", VARIABLES.AUDIT_WEBHOOK_SECRET),
          }
        : undefined,
      create: read("CREATE", VARIABLES.CREATE),
      nativeDoor: read("NATIVE_DOOR", VARIABLES.NATIVE_DOOR),
    },
    lock: {
      username: read("SERVER_USERNAME", VARIABLES.SERVER_USERNAME),
      password: read("SERVER_PASSWORD", VARIABLES.SERVER_PASSWORD),
    },
    trustedProxies: read("TRUSTED_PROXIES", VARIABLES.TRUSTED_PROXIES),
    maxSyncBytes: read("MAX_SYNC_BYTES", VARIABLES.MAX_SYNC_BYTES),
    maxShareBytes: read("MAX_SHARE_BYTES", VARIABLES.MAX_SHARE_BYTES),
    maxOwnerBytes: read("MAX_OWNER_BYTES", VARIABLES.MAX_OWNER_BYTES),
    maxTotalBytes: read("MAX_TOTAL_BYTES", VARIABLES.MAX_TOTAL_BYTES),
    limits: {
      newSharesPerHour: read("LIMIT_NEW_SHARES_PER_HOUR", VARIABLES.LIMIT_NEW_SHARES_PER_HOUR),
      newSharesPerHourPerToken: read(
        "LIMIT_NEW_SHARES_PER_HOUR_PER_TOKEN",
        VARIABLES.LIMIT_NEW_SHARES_PER_HOUR_PER_TOKEN,
      ),
      createRequestsPerMinute: read(
        "LIMIT_CREATE_REQUESTS_PER_MINUTE",
        VARIABLES.LIMIT_CREATE_REQUESTS_PER_MINUTE,
      ),
      createRequestsPerMinutePerToken: read(
        "LIMIT_CREATE_REQUESTS_PER_MINUTE_PER_TOKEN",
        VARIABLES.LIMIT_CREATE_REQUESTS_PER_MINUTE_PER_TOKEN,
      ),
      viewsPerMinute: read("LIMIT_VIEWS_PER_MINUTE", VARIABLES.LIMIT_VIEWS_PER_MINUTE),
      syncsPerMinute: read("LIMIT_SYNCS_PER_MINUTE", VARIABLES.LIMIT_SYNCS_PER_MINUTE),
      connectionsPerAddress: read("LIMIT_CONNECTIONS_PER_ADDRESS", VARIABLES.LIMIT_CONNECTIONS_PER_ADDRESS),
      connections: read("LIMIT_CONNECTIONS", VARIABLES.LIMIT_CONNECTIONS),
      streamsPerAddress: read("LIMIT_STREAMS_PER_ADDRESS", VARIABLES.LIMIT_STREAMS_PER_ADDRESS),
      streams: read("LIMIT_STREAMS", VARIABLES.LIMIT_STREAMS),
    },
    expiry: {
      usual: read("DEFAULT_EXPIRY", VARIABLES.DEFAULT_EXPIRY),
      longest: read("MAX_EXPIRY", VARIABLES.MAX_EXPIRY),
    },
    abuseUrl: read("ABUSE_URL", VARIABLES.ABUSE_URL),
    metricsToken: read("METRICS_TOKEN", VARIABLES.METRICS_TOKEN),
    publicList: read("PUBLIC_LIST", VARIABLES.PUBLIC_LIST),
    logLevel: read("LOG_LEVEL", VARIABLES.LOG_LEVEL),
    sample: read("SAMPLE", VARIABLES.SAMPLE),
  }
  faults.push(...unreachable(config), ...halfSetS3(env), ...halfSetLock(config.lock), ...halfSetWebhook(env))
  if (faults.length > 0) throw new ConfigError(faults)
  const s3 = isSet(env, "S3_ENDPOINT") ? config.s3 : undefined
  return { ...config, s3, lock: lockOf(config.lock) } as Config
}

/** A server that others can reach must not let everybody write to it: then creating takes a token. */
export function needsToken({
  host,
  baseUrl,
  createTokens,
}: Pick<Config, "host" | "baseUrl" | "createTokens">): boolean {
  const publicUrl = baseUrl !== undefined && !isLoopback(new URL(baseUrl).hostname)
  return createTokens.length > 0 || !isLoopback(host) || publicUrl
}

/** Links with the address that it listens on would lead nowhere. */
function unreachable({ host, baseUrl }: Record<"host" | "baseUrl", string | undefined>): string[] {
  if (host === undefined || isLoopback(host) || baseUrl !== undefined) return []
  return [
    `BASE_URL: with HOST=${host} set the address that people will use, such as https://share.example.com.`,
  ]
}

function readPort(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65535)
    throw new Error(`must be a number from 0 to 65535, not ${JSON.stringify(text)}.`)
  return port
}

function readBaseUrl(text: string): string | undefined {
  if (text === "") return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !["http:", "https:"].includes(url.protocol)) {
    throw new Error(`must be an address such as https://share.example.com, not ${JSON.stringify(text)}.`)
  }
  if (url.pathname !== "/" || url.search || url.hash || url.username) {
    // `opencode import` takes links at the root of an origin only.
    throw new Error("must be the root of an address: no path, query, fragment or user name.")
  }
  return url.origin
}

/** As libpq knows them, but for those that may also mean no encryption; `no-verify` is pg's word for `require`. */
const SSL_MODES = ["disable", "require", "verify-ca", "verify-full", "no-verify"]

/** Never quoted in a message: it holds a password. */
function readDatabaseUrl(text: string): string | undefined {
  if (text === "") return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !["postgres:", "postgresql:"].includes(url.protocol) || url.pathname.length < 2) {
    throw new Error(
      "must be an address such as postgres://user:password@host:5432/name, with special characters percent-encoded.",
    )
  }
  const mode = url.searchParams.get("sslmode")
  if (mode !== null && !SSL_MODES.includes(mode)) {
    throw new Error(`its sslmode must be one of ${SSL_MODES.join(", ")}, not ${JSON.stringify(mode)}.`)
  }
  return text
}

function readTokens(text: string): string[] {
  const tokens = text
    .split(",")
    .map((token) => token.trim())
    .filter((token) => token !== "")
  // Never quoted: a mistyped token is still nearly a token.
  if (!tokens.every((token) => /^[A-Za-z0-9_-]{16,256}$/.test(token))) {
    throw new Error(
      "each token must be 16 to 256 letters, digits, _ or -, separated by commas (try `openssl rand -hex 24`).",
    )
  }
  return tokens
}

function readLogLevel(text: string): LogLevel {
  const level = LOG_LEVELS.find((known) => known === text)
  if (!level) throw new Error(`must be one of ${LOG_LEVELS.join(", ")}, not ${JSON.stringify(text)}.`)
  return level
}
