import { request } from "node:http"
import { connect } from "node:net"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { createLog } from "../../src/host/log.ts"
import { ERROR_STATUS } from "../../src/protocol/errors.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { waitFor } from "../wait.ts"
import { createWorld, type World } from "../world.ts"

let world: World
let client: ReturnType<typeof createNativeClient>
let share: { id: string; secret: string }

beforeAll(async () => {
  world = await createWorld({ maxSyncBytes: 8 * 1024 * 1024 })
  client = createNativeClient(world.url)
  share = (await client.create("ses_1")).body
})
afterAll(() => world.close())

/** Sends bytes and a path as they are: fetch would mend them. */
function raw(options: {
  method: string
  path: string
  body?: string | Buffer
  headers?: Record<string, string>
}) {
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    const { method, path, body, headers = { "content-type": "application/json" } } = options
    const { hostname, port } = new URL(world.url)
    const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) }
    const sent = request({ hostname, port, method, path, headers: { ...headers, ...length } }, (response) => {
      const chunks: Buffer[] = []
      response.on("data", (chunk: Buffer) => chunks.push(chunk))
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
      )
    })
    sent.on("error", reject)
    sent.end(body)
  })
}

const { user, text } = itemsOf("ses_1")
const syncOf = (data: unknown) => JSON.stringify({ secret: share.secret, data })
const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels)
const partNested = (levels: number) =>
  `{"secret":"${share.secret}","data":[{"type":"x","data":${nested(levels)}}]}`

/** What is sent as a sync of the share → the code it must be answered with. */
const BODIES: Record<string, [body: () => string | Buffer, code: keyof typeof ERROR_STATUS]> = {
  "no body": [() => "", "invalid_json"],
  "no JSON": [() => "hello", "invalid_json"],
  "JSON cut short": [() => syncOf([user("m")]).slice(0, -1), "invalid_json"],
  "JSON cut within an item": [() => syncOf([user("m"), text("m", "p", "x")]).slice(0, -40), "invalid_json"],
  "something behind the end": [() => `${syncOf([user("m")])}x`, "invalid_json"],
  "a second body behind the first": [() => syncOf([user("m")]) + syncOf([user("n")]), "invalid_json"],
  "bytes that are not UTF-8": [
    () =>
      Buffer.concat([
        Buffer.from(syncOf([text("m", "p", "x")]).slice(0, -6)),
        Buffer.from([0xff, 0xfe]),
        Buffer.from('"}}]}'),
      ]),
    "invalid_json",
  ],
  "a surrogate as bytes": [
    () =>
      Buffer.from(syncOf([text("m", "p", "SURROGATE")]).replace("SURROGATE", "\u00ed\u00a0\u0080"), "latin1"),
    "invalid_json",
  ],
  "a lone surrogate in an id": [() => syncOf([user("m\ud83d")]), "invalid_request"],
  "an array": [() => "[]", "invalid_request"],
  "a number": [() => "12", "invalid_request"],
  null: [() => "null", "invalid_request"],
  "no secret": [() => JSON.stringify({ data: [user("m")] }), "invalid_request"],
  "a secret that is a number": [() => '{"secret":1,"data":[]}', "invalid_request"],
  "an empty secret": [() => '{"secret":"","data":[]}', "invalid_request"],
  "a wrong secret": [() => JSON.stringify({ secret: "wrong", data: [user("m")] }), "not_found"],
  "no data": [() => JSON.stringify({ secret: share.secret }), "invalid_request"],
  "data as an object": [() => syncOf({ a: user("m") }), "invalid_request"],
  "data as a string": [() => syncOf("x"), "invalid_request"],
  "data twice": [
    () => `{"secret":"${share.secret}","data":[],"data":[${JSON.stringify(user("m"))}]}`,
    "invalid_request",
  ],
  "an item that is a number": [() => syncOf([1]), "invalid_request"],
  "an item that is null": [() => syncOf([null]), "invalid_request"],
  "an item without a type": [() => syncOf([{ data: {} }]), "invalid_request"],
  "an item with a strange type": [() => syncOf([{ type: "<script>", data: {} }]), "invalid_request"],
  "an item without an id": [
    () => syncOf([{ type: "part", data: { messageID: "m", sessionID: "ses_1" } }]),
    "invalid_request",
  ],
  "a good item before a bad one": [() => syncOf([user("m"), { type: "part", data: {} }]), "invalid_request"],
  "10,000 levels of nesting": [() => partNested(10_000), "invalid_request"],
  "201 levels of nesting": [() => partNested(198), "invalid_request"],
  "two megabytes of one line": [() => "x".repeat(2 * 1024 * 1024), "invalid_json"],
  "two megabytes of one string without an end": [
    () => `{"secret":"${"x".repeat(2 * 1024 * 1024)}`,
    "invalid_request",
  ],
  "a secret far behind large data": [
    () => JSON.stringify({ data: [text("m", "p", "x".repeat(2 * 1024 * 1024))], secret: share.secret }),
    "invalid_request",
  ],
  "a body over the limit": [() => syncOf([text("m", "p", "x".repeat(9 * 1024 * 1024))]), "too_large"],
}

describe("[S5] a sync with a fault is refused whole", () => {
  for (const [name, [body, code]] of Object.entries(BODIES)) {
    test(`${name}: ${code}`, async () => {
      const answer = await raw({ method: "POST", path: `/api/share/${share.id}/sync`, body: body() })
      expect(JSON.parse(answer.body).error).toMatchObject({
        code,
        message: expect.stringMatching(/^[A-Za-z].{10,}\.$/),
      })
      expect(answer.status).toBe(ERROR_STATUS[code])
      expect(await world.storedFiles()).toEqual([])
      expect((await client.data(share.id)).body).toEqual([])
    })
  }
})

test("[S4] 200 levels are still taken", async () => {
  const other = (await client.create("ses_2")).body
  const body = `{"secret":"${other.secret}","data":[{"type":"x","data":${nested(197)}}]}`
  expect((await raw({ method: "POST", path: `/api/share/${other.id}/sync`, body })).status).toBe(200)
  expect((await client.remove(other.id, other.secret)).status).toBe(200)
})

describe("creating with a bad body", () => {
  const cases: [string, string, keyof typeof ERROR_STATUS][] = [
    ["no JSON", "{", "invalid_json"],
    ["no session", "{}", "invalid_request"],
    ["a session that is a number", '{"sessionID":1}', "invalid_request"],
    ["a session id with a slash", '{"sessionID":"../x"}', "invalid_request"],
    ["an array", "[]", "invalid_request"],
    ["null", "null", "invalid_request"],
    ["10,000 levels", nested(10_000), "invalid_request"],
    ["more than 64 KiB", JSON.stringify({ sessionID: "x".repeat(70_000) }), "too_large"],
  ]
  for (const [name, body, code] of cases) {
    test(`${name}: ${code}`, async () => {
      const answer = await raw({ method: "POST", path: "/api/share", body })
      expect([answer.status, JSON.parse(answer.body).error.code]).toEqual([ERROR_STATUS[code], code])
    })
  }
})

describe("[X3] other types of body are 415", () => {
  const cases: Record<string, string>[] = [
    { "content-type": "text/plain" },
    { "content-type": "application/x-www-form-urlencoded" },
    {},
    { "content-type": "application/json", "content-encoding": "gzip" },
  ]
  for (const headers of cases) {
    test(JSON.stringify(headers), async () => {
      for (const path of ["/api/share", `/api/share/${share.id}/sync`]) {
        const answer = await raw({ method: "POST", path, body: syncOf([]), headers })
        expect([answer.status, JSON.parse(answer.body).error.code]).toEqual([415, "unsupported_media_type"])
      }
    })
  }
})

describe("ids that are none", () => {
  const ids = [
    "..",
    "../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e",
    "%00",
    "a%00b",
    "%ff",
    "%",
    "x",
    "é".repeat(8),
    "x".repeat(65),
    "%E2%80%AE",
    "__proto__",
    "constructor",
  ]
  for (const id of ids) {
    test(JSON.stringify(id), async () => {
      const path = encodeURI(id).replaceAll("%25", "%")
      for (const [method, address] of [
        ["GET", `/share/${path}`],
        ["GET", `/api/share/${path}/data`],
        ["GET", `/api/share/${path}/events`],
        ["POST", `/api/share/${path}/sync`],
        ["DELETE", `/api/share/${path}`],
      ] as const) {
        const body = method === "GET" ? {} : { body: syncOf([]) }
        const answer = await raw({ method, path: address, ...body })
        // ".." is gone before any route sees it, and what is left may be the address of the front page.
        const right = answer.body.includes("<h1>Share the session") ? [200] : [404, 405]
        expect(right, `${method} ${address} ${answer.body}`).toContain(answer.status)
      }
    })
  }
})

test("a sender that goes away is no error of the server", async () => {
  const logged: string[] = []
  const level = (name: string) => (_: object, message: string) => void logged.push(`${name} ${message}`)
  const log = { ...createLog("silent"), error: level("error"), debug: level("debug") }
  const listened = await createWorld({ log })
  try {
    const { hostname, port } = new URL(listened.url)
    const own = (await createNativeClient(listened.url).create("ses_gone")).body
    const socket = connect(Number(port), hostname, () =>
      socket.write(
        `POST /api/share/${own.id}/sync HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"secret":"${own.secret}","data":[`,
      ),
    )
    await new Promise((resolve) => setTimeout(resolve, 200))
    socket.destroy()
    await waitFor("the end of the request", () => logged.some((line) => line.includes("went away")))
    expect(logged.filter((line) => line.startsWith("error"))).toEqual([])
  } finally {
    await listened.close()
  }
})

test("a NUL in the request line is refused", async () => {
  const { hostname, port } = new URL(world.url)
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(port), hostname, () =>
      socket.end("GET /share/\0 HTTP/1.1\r\nhost: x\r\n\r\n"),
    )
    let text = ""
    socket.on("data", (chunk) => {
      text += chunk
    })
    socket.on("close", () => resolve(text))
    socket.on("error", reject)
  })
  expect(answer).toMatch(/^HTTP\/1.1 400 /)
})

test("[X1] everything below /api is answered as JSON, however its address is spelled", async () => {
  for (const path of [
    "/api",
    "/api/",
    "/api/upload/..",
    "/api/nothing",
    "/t/some-token/api/share/nothing-at-all",
  ]) {
    const answer = await raw({ method: "DELETE", path })
    expect(Object.keys(ERROR_STATUS), path).toContain(JSON.parse(answer.body).error.code)
  }
})

test("wrong methods are 405 and say which are right", async () => {
  const answer = await client.call("PUT", `/api/share/${share.id}`, {})
  expect([answer.status, answer.body.error?.code]).toEqual([405, "method_not_allowed"])
  expect(answer.headers.get("allow")).toBe("GET, DELETE, PATCH")
})

test("[X2] what fails inside says nothing but a request id", async () => {
  const broken = await createWorld()
  const { body } = await createNativeClient(broken.url).create("ses_9")
  await createNativeClient(broken.url).sync(body.id, body.secret, [itemsOf("ses_9").session()])
  const [file] = await broken.storedFiles()
  const { writeFile } = await import("node:fs/promises")
  await writeFile(file ?? "", "not brotli")
  await broken.restart()
  const answer = await createNativeClient(broken.url).data(body.id)
  expect(answer.status).toBe(500)
  expect(answer.body.error?.message).toBe(
    `Something went wrong here. The request id is ${answer.headers.get("x-request-id")}.`,
  )
  await broken.close()
})
