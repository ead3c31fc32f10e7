import { once } from "node:events"
import { rm } from "node:fs/promises"
import { connect } from "node:net"
import { join } from "node:path"
import { expect, test } from "vitest"
import { createCountingApp } from "../counting-app.ts"
import { waitFor } from "../wait.ts"
import { createWorld } from "../world.ts"

test("[OB1] that it lives, a server says without asking anything", async () => {
  const app = await createCountingApp()
  app.calls()
  for (const path of ["/api/health", "/api/health/live"]) {
    const answer = await app.request(path)
    expect([answer.status, answer.headers.get("cache-control")], path).toEqual([200, "no-store"])
    expect(await answer.json(), path).toMatchObject({ ok: true })
  }
  expect(app.calls()).toEqual([])
  await app.close()
})

test("[OB2] a server without its folder is not ready, says which part and no more, and lives", async () => {
  let now = 1_700_000_000_000
  const world = await createWorld({ now: () => now })
  const ready = () => fetch(`${world.url}/api/health/ready`)
  const first = await ready()
  expect([first.status, await first.json()]).toEqual([200, { ok: true }])

  await rm(join(world.dataDir, "partial"), { recursive: true })
  expect((await ready()).status).toBe(200)
  now += 1_000
  const later = await ready()
  expect([later.status, later.headers.get("retry-after"), await later.json()]).toEqual([
    503,
    "5",
    { error: { code: "unavailable", message: "Not ready: storage." } },
  ])
  expect(await (await fetch(`${world.url}/api/health/live`)).json()).toEqual({ ok: true })
  await world.close()
})

test("[OB2] a server that is told to stop is not ready, as whoever is still connected hears", async () => {
  const world = await createWorld()
  const socket = connect(Number(new URL(world.url).port), "127.0.0.1")
  let heard = ""
  socket.setEncoding("utf8").on("data", (text) => {
    heard += text
  })
  const ask = "GET /api/health/ready HTTP/1.1\r\nHost: localhost\r\n"
  socket.write(`${ask}\r\n`)
  await waitFor("an answer", async () => heard.includes('{"ok":true}'))
  // A request that has begun keeps its connection open. What is asked behind it is answered once it has arrived.
  await new Promise((resolve) => socket.write(ask, resolve))
  await (await fetch(`${world.url}/api/health/live`)).text()
  const stopped = world.stop()
  socket.write("\r\n")
  await once(socket, "close")
  expect(heard).toContain("HTTP/1.1 503")
  expect(heard).toContain("Not ready: stopping.")
  await stopped
  await world.close()
})
