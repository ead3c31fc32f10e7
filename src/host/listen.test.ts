import { once } from "node:events"
import { connect, type Socket } from "node:net"
import { setInterval as every } from "node:timers/promises"
import { afterEach, expect, test } from "vitest"
import { waitFor } from "../../test/wait.ts"
import type { App } from "../api/app.ts"
import { type Listening, type ListenOptions, listen } from "./listen.ts"
import { REQUEST_TIMES } from "./request-times.ts"

const SHORT = { headersMs: 60, pauseMs: 100, requestMs: 60_000, idleMs: 60_000, checkMs: 10 }

let listening: Listening | undefined
const sockets = new Set<Socket>()
afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  sockets.clear()
  await listening?.close()
  listening = undefined
})

type Handler = App["fetch"]
async function sizeOfBody(request: Request): Promise<Response> {
  return new Response(String((await request.arrayBuffer()).byteLength))
}

async function start(options: Partial<ListenOptions> = {}, fetch: Handler = sizeOfBody): Promise<void> {
  listening = await listen({
    host: "127.0.0.1",
    port: 0,
    times: SHORT,
    createApp: async () => ({ fetch }),
    ...options,
  })
}

/** A connection that says what it is told to, and all that was heard on it. */
async function dial(text = "") {
  const socket = connect(Number(new URL(listening?.url ?? "").port), "127.0.0.1")
  sockets.add(socket)
  let heard = ""
  let closed = false
  socket.on("data", (data) => {
    heard += String(data)
  })
  socket.on("error", () => {})
  socket.on("close", () => {
    closed = true
  })
  await once(socket, "connect")
  if (text) socket.write(text)
  return {
    socket,
    closed: () => waitFor("the connection to be closed", () => closed).then(() => heard),
    heard: (part: string) => waitFor(`to hear ${part}`, () => heard.includes(part)),
    isGood: () => heard.startsWith("HTTP/1.1 200 "),
    isOpen: () => !closed,
  }
}

const POST = "POST / HTTP/1.1\r\nHost: here\r\n"

test("[Q9] the times that hold unless told are those of the rule", () => {
  expect(REQUEST_TIMES).toMatchObject({
    headersMs: 15_000,
    pauseMs: 30_000,
    requestMs: 900_000,
    idleMs: 75_000,
  })
})

test("[Q9] headers that do not end are not waited for, nor is who says nothing at all", async () => {
  await start()
  const [slow, silent] = [await dial(`${POST}X-Slow: `), await dial()]
  expect(await slow.closed()).toMatch(/^HTTP\/1\.1 408 /)
  await silent.closed()
})

test("[Q9] a body that pauses is not waited for, and the app hears of it", async () => {
  const broken: unknown[] = []
  await start({}, async (request) => {
    await request.arrayBuffer().catch((error) => broken.push(error))
    return new Response("too late")
  })
  const paused = await dial(`${POST}Content-Length: 10\r\n\r\nhalf`)
  expect(await paused.closed()).toMatch(/^HTTP\/1\.1 408 /)
  await waitFor("the app to hear", () => broken.length === 1)
})

test("[Q9] a body in chunks that pauses neither", async () => {
  await start()
  const paused = await dial(`${POST}Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n`)
  expect(await paused.closed()).toMatch(/^HTTP\/1\.1 408 /)
})

test("[Q9] one that goes on, however slowly, arrives", async () => {
  await start()
  const bytes = 60
  const slow = await dial(`${POST}Content-Length: ${bytes}\r\n\r\n`)
  let sent = 0
  // Six times as long as it may pause.
  for await (const _ of every(10)) {
    slow.socket.write("x")
    if (++sent === bytes) break
  }
  await slow.heard(`\r\n\r\n${bytes}`)
})

test("[Q9] but not for ever", async () => {
  await start({ times: { ...SHORT, requestMs: 150 } })
  const slow = await dial(`${POST}Content-Length: 1000000\r\n\r\n`)
  const trickle = setInterval(() => slow.socket.write("x"), 5)
  expect(await slow.closed()).toMatch(/^HTTP\/1\.1 408 /)
  clearInterval(trickle)
})

test("[Q9] what the app does not read is no pause of the sender's", async () => {
  let read = () => {}
  const turn = new Promise<void>((resolve) => {
    read = resolve
  })
  let looked = 0
  await start({}, async (request) => {
    await turn
    return sizeOfBody(request)
  })
  const bytes = 4 * 1024 * 1024
  const sender = await dial(`${POST}Content-Length: ${bytes}\r\n\r\n`)
  sender.socket.write(Buffer.alloc(bytes))
  // Three times as long as a body may pause.
  for await (const _ of every(SHORT.checkMs)) if (++looked > (3 * SHORT.pauseMs) / SHORT.checkMs) break
  read()
  await sender.heard(`\r\n\r\n${bytes}`)
})

test("[Q9] an answer may take longer than a body may pause", async () => {
  let looked = 0
  await start({}, async (request) => {
    const answer = await sizeOfBody(request)
    for await (const _ of every(SHORT.checkMs)) if (++looked > (3 * SHORT.pauseMs) / SHORT.checkMs) break
    return answer
  })
  const patient = await dial(`${POST}Content-Length: 4\r\n\r\nbody`)
  await patient.heard("\r\n\r\n4")
})

test("[Q9] a connection without a request is closed", async () => {
  await start({ times: { ...SHORT, idleMs: 50 } })
  const idle = await dial(`${POST}Content-Length: 4\r\n\r\nbody`)
  expect(await idle.closed()).toContain("\r\n\r\n4")
})

test("[Q9] an answer says how long the connection stays", async () => {
  await start({ times: REQUEST_TIMES })
  const patient = await dial(`${POST}Content-Length: 4\r\n\r\nbody`)
  await patient.heard("Keep-Alive: timeout=75\r\n")
})

test("[Q9] headers have a size", async () => {
  await start()
  const large = await dial(`${POST}X-Large: ${"x".repeat(17 * 1024)}\r\n\r\n`)
  expect(await large.closed()).toMatch(/^HTTP\/1\.1 431 /)
})

test("[Q5] an address may stand in several headers, of which the last was written last", async () => {
  const sayAddress: Handler = (_, { address }) => new Response(`from ${address}.`)
  const forwarded = (...entries: string[]) =>
    `GET / HTTP/1.1\r\nHost: here\r\n${entries.map((entry) => `X-Forwarded-For: ${entry}\r\n`).join("")}\r\n`
  await start({ trustedProxies: ["127.0.0.1", "10.0.0.0/8"] }, sayAddress)
  await (await dial(forwarded("192.0.2.1", "192.0.2.2, 10.0.0.1", "10.0.0.2"))).heard("from 192.0.2.2.")
  await (await dial(forwarded("192.0.2.1", ""))).heard("from 127.0.0.1.")
  await (await dial(forwarded())).heard("from 127.0.0.1.")
})

test("[Q5] who is not trusted is believed nothing", async () => {
  await start({}, (_, { address }) => new Response(`from ${address}.`))
  await (await dial("GET / HTTP/1.1\r\nHost: here\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n")).heard(
    "from 127.0.0.1.",
  )
})

const GET = "GET / HTTP/1.1\r\nHost: here\r\n\r\n"
const times = { ...SHORT, headersMs: 60_000 }

test("[Q10] an address's connections have a number, and one that ends makes room", async () => {
  await start({ times, connections: { perAddress: 2, total: 0 } })
  const [first, second, third] = [await dial(GET), await dial(), await dial()]
  expect(await third.closed()).toMatch(/^HTTP\/1\.1 429 .*Retry-After: \d/s)
  await first.heard("200 OK")
  second.socket.destroy()
  await waitFor("room", async () => {
    const next = await dial(GET)
    await next.heard("HTTP/1.1 ")
    return next.isGood()
  })
  expect(first.isOpen()).toBe(true)
})

test("[Q10] a trusted proxy may have more", async () => {
  await start({ times, connections: { perAddress: 1, total: 0 }, trustedProxies: ["127.0.0.1"] })
  for (const connection of [await dial(GET), await dial(GET), await dial(GET)])
    await connection.heard("200 OK")
})

test("[Q10] all together have a number too", async () => {
  await start({ times, connections: { perAddress: 0, total: 2 }, trustedProxies: ["127.0.0.1"] })
  const [first, second, third] = [await dial(GET), await dial(GET), await dial()]
  expect(await third.closed()).toBe("")
  await first.heard("200 OK")
  await second.heard("200 OK")
})
