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
  const documented = [...example.matchAll(/^# (.*)\n#([A-Z_]+)=(.*)$/gm)].map(
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
    createTokens: [],
    maxSyncBytes: 256 * 1024 * 1024,
    maxShareBytes: 512 * 1024 * 1024,
    logLevel: "info",
    sample: true,
  })
})

test("every fault is told at once, and nothing secret with it", () => {
  const told = faults({
    PORT: "70000",
    BASE_URL: "share.example.com",
    CREATE_TOKENS: "short-secret",
    MAX_SYNC_BYTES: "lots",
    LOG_LEVEL: "loud",
    SAMPLE: "yes",
  })
  expect(told.map((fault) => fault.split(":")[0])).toEqual([
    "PORT",
    "BASE_URL",
    "CREATE_TOKENS",
    "MAX_SYNC_BYTES",
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

test("tokens are separated by commas, with room around them", () => {
  expect(readConfig({ CREATE_TOKENS: " token-number-one-1 , token-number-two-2," }).createTokens).toEqual([
    "token-number-one-1",
    "token-number-two-2",
  ])
})
