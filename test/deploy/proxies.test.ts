import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { itemsOf } from "../items.ts"
import { createServerProcess, type ServerProcess } from "../server-process.ts"
import { waitFor, within } from "../wait.ts"
import { connectH2, type H2Client } from "./h2-client.ts"
import { NAME, PROXIES, type RunningProxy, startProxy } from "./proxy.ts"

const TOKEN = "create-token-of-the-proxy-tests"
const JSON_BODY = { "content-type": "application/json" }
const MiB = 2 ** 20
/** More than proxies let through unless told: 1 MiB. `SYNC_MIB=200` for what a large session comes to. */
const SYNC_MIB = Number(process.env.SYNC_MIB ?? 8)
const { session, user, text } = itemsOf("ses_1")

describe.each(Object.entries(PROXIES))("%s, with the file of deploy/", (_, kind) => {
  let server: ServerProcess
  let proxy: RunningProxy
  let client: H2Client

  beforeAll(async () => {
    server = await createServerProcess({
      BASE_URL: `https://${NAME}`,
      CREATE_TOKENS: TOKEN,
      TRUSTED_PROXIES: "127.0.0.1",
      AUDIT_ADDRESS: "full",
      AUDIT_STDOUT: "on",
    })
    await server.start()
    proxy = await startProxy(kind, { upstream: Number(new URL(server.url).port) })
    client = await connectH2(proxy)
  })
  afterAll(async () => {
    client?.close()
    await proxy?.dispose()
    await server?.dispose()
  })

  async function create(by = client, headers: Record<string, string> = {}) {
    const body = JSON.stringify({ sessionID: "ses_1" })
    const answer = await by.call(`/t/${TOKEN}/api/share`, {
      method: "POST",
      headers: { ...JSON_BODY, ...headers },
      body,
    })
    expect(answer.status, answer.text).toBe(200)
    return JSON.parse(answer.text) as { id: string; secret: string }
  }

  function sync(id: string, secret: string, data: unknown[]) {
    const body = JSON.stringify({ secret, data })
    return client.call(`/api/share/${id}/sync`, { method: "POST", headers: JSON_BODY, body })
  }

  test("leads http to https, and hands on pages over HTTP/2 with one Strict-Transport-Security", async () => {
    const plain = await fetch(`http://127.0.0.1:${proxy.httpPort}/share/x?show=all`, {
      redirect: "manual",
      headers: { host: NAME },
    })
    expect([301, 308]).toContain(plain.status)
    const { id, secret } = await create()
    expect((await sync(id, secret, [session(), user("msg_1"), text("msg_1", "prt_1", "hello")])).status).toBe(
      200,
    )
    const page = await client.call(`/share/${id}`, {
      headers: { accept: "text/html", "accept-encoding": "gzip" },
    })
    expect(page.status).toBe(200)
    // One value: two headers would be joined by a comma.
    expect(page.headers["strict-transport-security"]).toBe("max-age=63072000")
    expect(page.headers["content-encoding"]).toBe("gzip")
    expect(page.headers.etag).toMatch(/^"/)
  })

  test("[E1] [V3] hands on events and passing text one by one, while the stream is open", async () => {
    const { id, secret } = await create()
    await sync(id, secret, [session(), user("msg_1")])
    const events = client.follow(`/api/share/${id}/events?revision=1`)
    for (const word of ["alpha", "beta", "gamma"]) {
      await sync(id, secret, [text("msg_1", `prt_${word}`, word)])
      await events.waitForText(`the event of ${word}`, word)
    }
    expect(events.hasEnded()).toBe(false)
  })

  test("[Q5] says the client's own address, whatever the client says", async () => {
    const other = await connectH2(proxy, { localAddress: "127.0.7.7" })
    await create(other, { "x-forwarded-for": "203.0.113.9" })
    other.close()
    await waitFor("the audit's entry", () => server.output().includes('"address":"127.0.7.7"'), {
      details: server.output,
    })
    expect(server.output()).not.toContain("203.0.113.9")
  })

  test(`lets a sync of ${SYNC_MIB} MiB through`, async () => {
    const { id, secret } = await create()
    const items = SYNC_MIB / 8
    const item = Buffer.from(JSON.stringify(text("msg_1", "prt_1", "x".repeat(8 * MiB))))
    async function* body() {
      yield Buffer.from(`{"secret": "${secret}", "data": [`)
      for (let i = 0; i < items; i++) yield Buffer.concat([item, Buffer.from(i < items - 1 ? "," : "]}")])
    }
    const answer = await client.call(`/api/share/${id}/sync`, {
      method: "POST",
      headers: JSON_BODY,
      body: body(),
    })
    expect([answer.status, answer.text]).toEqual([200, "{}"])
  })

  test("[D6] a sync reaches the server as it arrives: a removal ends it", async () => {
    const { id, secret } = await create()
    const { answer } = client.begin(
      `/api/share/${id}/sync`,
      `{"secret": "${secret}", "data": [${JSON.stringify(session())}, `,
    )
    const removed = await client.call(`/api/share/${id}`, {
      method: "DELETE",
      headers: { "x-share-secret": secret },
    })
    expect(removed.status).toBe(200)
    expect((await within(answer, 10_000, "the end of the sync")).status).toBe(410)
  })

  test("[C6] [N3] logs neither tokens nor codes nor capabilities, also of what fails", async () => {
    const capability = "Abcdefghijklmnopqrstuv"
    const secret = "secret-in-a-header"
    await client.call(`/enter?code=code-for-a-browser`)
    await client.call(`/share/xyz_${capability}/part/prt_1`)
    await client.call(`/%74/${TOKEN}/api/share/xyz/data`, { headers: { "x-share-secret": secret } })
    await server.kill("SIGKILL")
    const failed = await client.call(`/t/${TOKEN}/api/share/xyz/data`, {
      headers: { "x-share-secret": secret },
    })
    expect(failed.status).toBe(502)
    await waitFor("the log", async () => (await proxy.logs()).includes("502"))
    const logs = await proxy.logs()
    expect(logs).toContain("/t/***")
    expect(logs).toContain("xyz_***")
    for (const hidden of [TOKEN, "code-for-a-browser", capability, secret]) expect(logs).not.toContain(hidden)
  })
})
