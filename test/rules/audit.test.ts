import { once } from "node:events"
import { createServer } from "node:http"
import { afterAll, beforeAll, expect, test } from "vitest"
import type { AuditRow } from "../../src/protocol/audit.ts"
import { createOwner } from "../owner.ts"
import { createWorld, type World } from "../world.ts"

const TOKENS = ["first-token-of-two", "second-token-of-two"] as const

let world: World
let now = Date.now()
const printed: string[] = []
beforeAll(async () => {
  world = await createWorld({
    now: () => now,
    print: (line) => void printed.push(line),
    createTokens: [...TOKENS],
    trust: { auditStdout: true },
  })
})
afterAll(() => world.close())

async function read(query: object = {}, of = world): Promise<AuditRow[]> {
  const rows: AuditRow[] = []
  for await (const page of of.trust.audit.read(query)) rows.push(...page)
  return rows
}

const ask = (path: string, body: object, { method = "POST", token = TOKENS[1] as string } = {}) =>
  fetch(`${world.url}${path}`, {
    method,
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  })
const create = async (sessionID: string) =>
  (await (await ask("/api/share", { sessionID })).json()) as { id: string; secret: string }

test("[A2] creating and deleting are recorded with who asked, from where, and by which request", async () => {
  const answer = await ask("/api/share", { sessionID: "ses_audit1" })
  const { id, secret } = (await answer.json()) as { id: string; secret: string }
  await ask(`/api/share/${id}`, { secret }, { method: "DELETE" })
  await ask(`/api/share/${id}`, { secret }, { method: "DELETE" })
  const [created, revoked, ...more] = await read({ shareID: id })
  expect(created).toMatchObject({
    at: now,
    event: "created",
    actor: "token:env-2",
    address: "127.0.0.0/24",
    requestID: answer.headers.get("x-request-id"),
  })
  expect(revoked).toMatchObject({ event: "revoked", actor: "secret", address: "127.0.0.0/24" })
  expect(more).toEqual([])
})

test("[A2] an owner is recorded by a short name of the key, and a refused signature not at all", async () => {
  const owner = createOwner()
  const prove = (action: "create" | "recover") =>
    owner.prove({ action, baseUrl: world.url, sessionID: "ses_audit2", at: now })
  const sessionId = "ses_audit2"
  const made = await ask("/api/share/presign", { sessionId, tickets: [], owner: prove("create") })
  const { shareId } = (await made.json()) as { shareId: string }
  await ask("/api/share/recover", { sessionId, owner: prove("recover") })
  const before = await read()
  const refused = { sessionId, owner: { ...prove("recover"), at: now + 1 } }
  expect((await ask("/api/share/recover", refused)).status).toBe(403)
  expect(await read()).toEqual(before)
  const entries = await read({ shareID: shareId })
  expect(entries.map(({ event }) => event)).toEqual(["created", "recovered"])
  for (const { actor } of entries) expect(actor).toMatch(/^owner:[0-9a-f]{8}$/)
  expect(new Set(entries.map(({ actor }) => actor)).size).toBe(1)
})

test("[A3] wrong secrets are one entry a minute for each address and share", async () => {
  const [one, two] = [await create("ses_audit3"), await create("ses_audit4")]
  const wrong = ({ id }: { id: string }) =>
    ask(`/api/share/${id}/sync`, { secret: "not-the-right-one", data: [] })
  for (const share of [one, one, one, two]) expect((await wrong(share)).status).toBe(404)
  // Whether there is such a share is not asked: that would take its time, and tell.
  await wrong({ id: "no-such-share" })
  await ask("/api/share", { sessionID: "ses_x" }, { token: "a-token-of-nobody" })
  await world.trust.upkeep()
  expect(await read({ event: "failed_secrets" })).toEqual([])
  now += 60_000
  await world.trust.upkeep()
  const entries = await read({ event: "failed_secrets" })
  expect(entries.map(({ shareID, address, details }) => ({ shareID, address, ...details }))).toEqual([
    { shareID: one.id, address: "127.0.0.0/24", of: "share", count: 3 },
    { shareID: two.id, address: "127.0.0.0/24", of: "share", count: 1 },
    { shareID: "no-such-share", address: "127.0.0.0/24", of: "share", count: 1 },
    { shareID: undefined, address: "127.0.0.0/24", of: "token", count: 1 },
  ])
  expect(JSON.stringify(await read())).not.toMatch(/not-the-right-one|token-of-nobody|of-two/)
})

test("[A3] what is counted and not yet recorded is recorded when the server stops", async () => {
  const { id } = await create("ses_audit5")
  await ask(`/api/share/${id}/sync`, { secret: "not-the-right-one", data: [] })
  await world.restart()
  expect(await read({ shareID: id, event: "failed_secrets" })).toHaveLength(1)
})

test("[A4] with AUDIT_STDOUT each entry is printed as a line of JSON", async () => {
  printed.length = 0
  const { id } = await create("ses_audit6")
  const [row] = await read({ shareID: id })
  expect(printed.map((line) => JSON.parse(line))).toEqual([
    { audit: { ...row, at: new Date(now).toISOString() } },
  ])
})

test.each([
  ["full", /^127\.0\.0\.1$/],
  ["truncated", /^127\.0\.0\.0\/24$/],
  ["hashed", /^hashed:[\w-]{22}$/],
] as const)(
  "[A4] AUDIT_ADDRESS=%s keeps so much of an address, and always the same",
  async (auditAddresses, kept) => {
    const other = await createWorld({ trust: { auditAddresses } })
    const body = (sessionID: string) => ({
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ sessionID }),
    })
    await fetch(`${other.url}/api/share`, body("ses_1"))
    await other.restart()
    await fetch(`${other.url}/api/share`, body("ses_2"))
    const addresses = (await read({}, other)).map(({ address }) => address)
    expect(addresses[0]).toMatch(kept)
    expect(addresses).toEqual([addresses[0], addresses[0]])
    await other.close()
  },
)

test("[A5] a webhook that does not answer holds up nothing, and hears everything after a restart", async () => {
  const heard: string[] = []
  let hanging = true
  const operator = createServer(async (request, response) => {
    let body = ""
    for await (const chunk of request) body += chunk
    heard.push(body)
    if (!hanging) response.end()
  }).listen(0, "127.0.0.1")
  await once(operator, "listening")
  const address = operator.address()
  const url = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}/`
  const other = await createWorld({ trust: { webhook: { url, secret: "s".repeat(16) } } })
  const post = (sessionID: string) =>
    fetch(`${other.url}/api/share`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ sessionID }),
    })
  expect((await post("ses_1")).status).toBe(200)
  await expect.poll(() => heard.length).toBe(1)
  expect((await post("ses_2")).status).toBe(200)
  await other.stop()
  hanging = false
  await other.start()
  await other.trust.deliver()
  const entries = heard
    .slice(1)
    .flatMap((body) => JSON.parse(body).entries as { id: number; event: string }[])
  expect(entries.map(({ event }) => event)).toEqual(["created", "created"])
  await other.close()
  operator.closeAllConnections()
  operator.close()
})
