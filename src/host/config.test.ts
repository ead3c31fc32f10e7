import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { ConfigError, readConfig, VARIABLES } from "./config.ts"

function faults(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.faults
    throw error
  }
}

test(".env.example names every variable with its sentence and its default, and no other", () => {
  const example = readFileSync(new URL("../../.env.example", import.meta.url), "utf8")
  const documented = [...example.matchAll(/^# (.*)\n#([A-Z0-9_]+)=(.*)$/gm)].map(
    ([, about, name, fallback]) => ({
      name,
      about,
      fallback,
    }),
  )
  const known = Object.entries(VARIABLES).map(([name, { about, fallback }]) => ({ name, about, fallback }))
  expect(documented).toEqual(known)
})

test("nothing set is a server on loopback with everything under ./data", () => {
  expect(readConfig({})).toEqual({
    host: "127.0.0.1",
    port: 3000,
    baseUrl: undefined,
    dataDir: "./data",
    databaseUrl: undefined,
    migrate: true,
    s3: undefined,
    createTokens: [],
    lock: undefined,
    trustedProxies: [],
    trust: {
      instanceKeys: [],
      auditAddresses: "truncated",
      auditStdout: false,
      webhook: undefined,
      create: true,
      nativeDoor: true,
    },
    maxSyncBytes: 256 * 1024 * 1024,
    maxShareBytes: 512 * 1024 * 1024,
    maxOwnerBytes: 0,
    maxTotalBytes: 0,
    limits: {
      newSharesPerHour: 10,
      newSharesPerHourPerToken: 1000,
      createRequestsPerMinute: 100,
      createRequestsPerMinutePerToken: 600,
      viewsPerMinute: 6000,
      syncsPerMinute: 12_000,
      connectionsPerAddress: 256,
      connections: 10_000,
      streamsPerAddress: 64,
      streams: 5000,
    },
    expiry: { usual: undefined, longest: undefined },
    metricsToken: undefined,
    publicList: false,
    logLevel: "info",
    sample: true,
  })
})

test("every fault is told at once, and nothing secret with it", () => {
  const told = faults({
    PORT: "70000",
    BASE_URL: "share.example.com",
    DATABASE_URL: "mysql://share:short-secret@db/share",
    MIGRATE: "later",
    CREATE_TOKENS: "short-secret",
    TRUSTED_PROXIES: "everybody",
    MAX_SYNC_BYTES: "lots",
    LIMIT_NEW_SHARES_PER_HOUR: "-1",
    LIMIT_VIEWS_PER_MINUTE: "1e9",
    LOG_LEVEL: "loud",
    SAMPLE: "yes",
  })
  expect(told.map((fault) => fault.split(":")[0])).toEqual([
    "PORT",
    "BASE_URL",
    "DATABASE_URL",
    "MIGRATE",
    "CREATE_TOKENS",
    "TRUSTED_PROXIES",
    "MAX_SYNC_BYTES",
    "LIMIT_NEW_SHARES_PER_HOUR",
    "LIMIT_VIEWS_PER_MINUTE",
    "LOG_LEVEL",
    "SAMPLE",
  ])
  expect(told.join()).not.toContain("short-secret")
})

test("sizes take units", () => {
  const size = (text: string) => readConfig({ MAX_SYNC_BYTES: text }).maxSyncBytes
  expect([size("2048"), size("2KiB"), size("3 mib"), size("1GiB")]).toEqual([
    2048, 2048, 3_145_728, 1_073_741_824,
  ])
})

test("a quota of 0 is none, and takes units", () => {
  const { maxOwnerBytes, maxTotalBytes } = readConfig({ MAX_OWNER_BYTES: "0", MAX_TOTAL_BYTES: "2TiB" })
  expect([maxOwnerBytes, maxTotalBytes]).toEqual([0, 2 * 1024 ** 4])
  expect(faults({ MAX_OWNER_BYTES: "-1" })[0]).toMatch(/^MAX_OWNER_BYTES: must be a size/)
})

test("a limit of 0 is none", () => {
  const { limits } = readConfig({ LIMIT_NEW_SHARES_PER_HOUR: "0", LIMIT_SYNCS_PER_MINUTE: "1000000" })
  expect([limits.newSharesPerHour, limits.syncsPerMinute]).toEqual([0, 1_000_000])
  for (const text of ["-1", "1.5", "1e3", "ten", "1000001"]) {
    expect(faults({ LIMIT_NEW_SHARES_PER_HOUR: text })[0], text).toMatch(
      /^LIMIT_NEW_SHARES_PER_HOUR: must be a whole number/,
    )
  }
})

test("BASE_URL is the root of an address, and loses its slash", () => {
  const base = (BASE_URL: string) => readConfig({ BASE_URL }).baseUrl
  expect(base("http://localhost:4000/")).toBe("http://localhost:4000")
  for (const url of [
    "http://localhost/base",
    "http://localhost/?a",
    "http://localhost/#a",
    "http://me@localhost/",
    "ftp://localhost",
  ]) {
    expect(faults({ BASE_URL: url })[0], url).toMatch(/^BASE_URL: must be /)
  }
})

test("DATABASE_URL is a PostgreSQL address, and is never quoted", () => {
  for (const url of ["postgres://me:pass@db/share", "postgresql://db:6432/share?sslmode=verify-full"]) {
    expect(readConfig({ DATABASE_URL: url }).databaseUrl).toBe(url)
  }
  for (const url of [
    "me:hidden@db/share",
    "mysql://me:hidden@db/share",
    "postgres://me:hidden@db",
    "postgres://me:hidden@db/",
    "postgres://me:hid#den@db/share",
    "postgres://me:hidden@db/share?sslmode=prefer",
  ]) {
    const [fault, ...more] = faults({ DATABASE_URL: url })
    expect(more).toEqual([])
    expect(fault, url).toMatch(/^DATABASE_URL: /)
    expect(fault).not.toMatch(/hid/)
  }
})

test("a lock takes both halves, and its password is never quoted", () => {
  const both = { SERVER_USERNAME: "team", SERVER_PASSWORD: "hidden words: ä" }
  expect(readConfig(both).lock).toEqual({ username: "team", password: "hidden words: ä" })
  expect(faults({ SERVER_USERNAME: "team" })).toEqual([
    "SERVER_PASSWORD: missing, while SERVER_USERNAME is set.",
  ])
  expect(faults({ SERVER_PASSWORD: "hidden" })).toEqual([
    "SERVER_USERNAME: missing, while SERVER_PASSWORD is set.",
  ])
  const told = faults({ SERVER_USERNAME: "te:am", SERVER_PASSWORD: "hid\u0000den" })
  expect(told.map((fault) => fault.split(":")[0])).toEqual(["SERVER_USERNAME", "SERVER_PASSWORD"])
  expect(told.join()).not.toContain("hid")
})

const S3 = {
  S3_ENDPOINT: "https://s3.eu-central-1.amazonaws.com/",
  S3_ACCESS_KEY_ID: "AKEXAMPLE",
  S3_SECRET_ACCESS_KEY: "hidden/Secret+Key=",
  S3_BUCKET: "sessions",
}

test("four variables name a bucket, and the rest has defaults", () => {
  expect(readConfig(S3).s3).toEqual({
    endpoint: "https://s3.eu-central-1.amazonaws.com",
    accessKeyID: "AKEXAMPLE",
    secretAccessKey: "hidden/Secret+Key=",
    bucket: "sessions",
    region: "us-east-1",
    prefix: "",
    pathStyle: true,
    publicEndpoint: undefined,
  })
  const rest = {
    S3_REGION: "auto",
    S3_PREFIX: "/team/better-share",
    S3_PATH_STYLE: "off",
    S3_PUBLIC_ENDPOINT: "http://localhost:9000/store",
  }
  expect(readConfig({ ...S3, ...rest }).s3).toMatchObject({
    region: "auto",
    prefix: "team/better-share/",
    pathStyle: false,
    publicEndpoint: "http://localhost:9000/store",
  })
})

test("a bucket that is named by half is a fault for everything that is missing", () => {
  const { S3_BUCKET, S3_SECRET_ACCESS_KEY, ...half } = S3
  expect(faults(half)).toEqual([
    "S3_SECRET_ACCESS_KEY: missing, while S3_ENDPOINT, S3_ACCESS_KEY_ID are set.",
    "S3_BUCKET: missing, while S3_ENDPOINT, S3_ACCESS_KEY_ID are set.",
  ])
  expect(faults({ ...S3, S3_ENDPOINT: " " })).toHaveLength(1)
  expect(faults({ S3_PREFIX: "a" }).map((fault) => fault.split(":")[0])).toEqual([
    "S3_ENDPOINT",
    "S3_ACCESS_KEY_ID",
    "S3_SECRET_ACCESS_KEY",
    "S3_BUCKET",
  ])
})

test("every fault of a bucket is told at once, without its secret", () => {
  const told = faults({
    S3_ENDPOINT: "s3.example.com",
    S3_ACCESS_KEY_ID: "hidden/Secret",
    S3_SECRET_ACCESS_KEY: "hidden/Secret",
    S3_BUCKET: "a/b",
    S3_REGION: "eu central",
    S3_PREFIX: "../a",
    S3_PATH_STYLE: "yes",
    S3_PUBLIC_ENDPOINT: "https://me:hidden@s3.example.com",
  })
  expect(told.map((fault) => fault.split(":")[0])).toEqual([
    "S3_ENDPOINT",
    "S3_ACCESS_KEY_ID",
    "S3_BUCKET",
    "S3_REGION",
    "S3_PREFIX",
    "S3_PATH_STYLE",
    "S3_PUBLIC_ENDPOINT",
  ])
  expect(told.join()).not.toContain("hidden")
})

test("tokens are separated by commas, with room around them", () => {
  expect(readConfig({ CREATE_TOKENS: " token-number-one-1 , token-number-two-2," }).createTokens).toEqual([
    "token-number-one-1",
    "token-number-two-2",
  ])
})

test("a webhook has both an address and a secret, and neither is quoted", () => {
  const webhook = {
    AUDIT_WEBHOOK_URL: "https://example.com/audit?hidden",
    AUDIT_WEBHOOK_SECRET: "hidden-".repeat(4),
  }
  expect(readConfig(webhook).trust.webhook).toEqual({
    url: webhook.AUDIT_WEBHOOK_URL,
    secret: webhook.AUDIT_WEBHOOK_SECRET,
  })
  expect(faults({ AUDIT_WEBHOOK_URL: webhook.AUDIT_WEBHOOK_URL })).toEqual([
    "AUDIT_WEBHOOK_SECRET: missing, while AUDIT_WEBHOOK_URL is set.",
  ])
  expect(faults({ AUDIT_WEBHOOK_SECRET: webhook.AUDIT_WEBHOOK_SECRET })).toHaveLength(1)
  const wrong = {
    AUDIT_WEBHOOK_URL: "ftp://hidden.example",
    AUDIT_WEBHOOK_SECRET: "hidden",
    AUDIT_ADDRESS: "none",
    INSTANCE_KEY: "hidden",
  }
  const told = faults(wrong)
  expect(told.map((fault) => fault.split(":")[0]).sort()).toEqual(Object.keys(wrong).sort())
  expect(told.join()).not.toContain("hidden")
})

test("reports of abuse go to an https address or into a mail", () => {
  expect(readConfig({}).abuseUrl).toBeUndefined()
  for (const url of ["https://example.com/report?of=shares", "mailto:abuse@example.com"]) {
    expect(readConfig({ ABUSE_URL: url }).abuseUrl).toBe(url)
  }
  for (const wrong of [
    "http://example.com",
    "javascript:alert(1)",
    "https://a:b@x.dev",
    "mailto:",
    "abuse",
  ]) {
    expect(faults({ ABUSE_URL: wrong }), wrong).toEqual([expect.stringMatching(/^ABUSE_URL: must be/)])
  }
})
