/** The project of the sample session: a rate limiter with one fault that its tests do not see. */

export const LIMITER = `export interface LimiterOptions {
  /** Requests that a key may make within the window. */
  limit: number
  windowMs: number
  now?: () => number
}

export interface Limiter {
  allow(key: string): boolean
}

/** A sliding window: remembers when each key's recent requests came. */
export function createLimiter({ limit, windowMs, now = Date.now }: LimiterOptions): Limiter {
  const hits = new Map<string, number[]>()

  return {
    allow(key) {
      const time = now()
      const recent = (hits.get(key) ?? []).filter((hit) => time - hit <= windowMs)
      if (recent.length > limit) return false
      recent.push(time)
      hits.set(key, recent)
      return true
    },
  }
}
`

const SERVER = `import { createServer, type Server } from "node:http"
import { createLimiter, type LimiterOptions } from "./limiter.ts"

export function createApp(options: LimiterOptions): Server {
  const limiter = createLimiter(options)
  return createServer((request, response) => {
    if (!limiter.allow(request.socket.remoteAddress ?? "unknown")) {
      response.writeHead(429).end("Too many requests\\n")
      return
    }
    response.end("ok\\n")
  })
}
`

const LIMITER_TEST = `import assert from "node:assert/strict"
import { test } from "node:test"
import { createLimiter } from "../src/limiter.ts"

test("allows requests below the limit", () => {
  const limiter = createLimiter({ limit: 3, windowMs: 1000, now: () => 0 })
  assert.equal(limiter.allow("ada"), true)
  assert.equal(limiter.allow("ada"), true)
})

test("counts every key for itself", () => {
  const limiter = createLimiter({ limit: 1, windowMs: 1000, now: () => 0 })
  assert.equal(limiter.allow("ada"), true)
  assert.equal(limiter.allow("grace"), true)
})
`

const PACKAGE = `{
  "name": "tollgate",
  "version": "0.3.0",
  "private": true,
  "type": "module",
  "scripts": {
    "test": "node --enable-source-maps --import tsx --test --test-reporter=spec test/*.test.ts"
  }
}
`

const SERVER_TEST = `import assert from "node:assert/strict"
import { once } from "node:events"
import type { AddressInfo } from "node:net"
import { test } from "node:test"
import { createApp } from "../src/server.ts"

test("answers requests", async (t) => {
  const app = createApp({ limit: 3, windowMs: 1000 }).listen(0)
  t.after(() => app.close())
  await once(app, "listening")
  const { port } = app.address() as AddressInfo
  const response = await fetch(\`http://localhost:\${port}/\`)
  assert.equal(response.status, 200)
})
`

export const SAMPLE_FILES: Record<string, string> = {
  ".gitignore": "node_modules\n",
  "README.md": "# tollgate\n\nA small HTTP service that lets each client through at a steady pace.\n",
  "package.json": PACKAGE,
  "src/limiter.ts": LIMITER,
  "src/server.ts": SERVER,
  "test/limiter.test.ts": LIMITER_TEST,
  "test/server.test.ts": SERVER_TEST,
}
