import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest"
import type { AuditRow } from "../../src/protocol/audit.ts"
import type { RedactionReceipt, RedactionsAnswer } from "../../src/protocol/routes.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { createWorld, type World } from "../world.ts"

const SECRET = "hunter2-hunter2"
const HOUR = 3600_000

let world: World
let now = Date.now()
let sessions = 0
beforeAll(async () => {
  world = await createWorld({ now: () => now })
})
afterAll(() => world.close())

/** Says the secret three times: in its title and in two texts. The first of these is written twice. */
async function newShare(of = world) {
  const sessionID = `ses_trusted${++sessions}`
  const client = createNativeClient(of.url)
  const { id, secret } = (await client.create(sessionID)).body
  const { session, user, text } = itemsOf(sessionID)
  await client.sync(id, secret, [session({ title: SECRET }), user("msg"), text("msg", "prt_1", SECRET)])
  await client.sync(id, secret, [text("msg", "prt_1", `again ${SECRET}`), text("msg", "prt_2", SECRET)])
  const owner = createNativeClient(of.url, { "x-share-secret": secret })
  return {
    id,
    redact: (...rules: object[]) =>
      owner.call<{ receipt: RedactionReceipt }>("POST", `/api/share/${id}/redact`, { rules }),
    redactions: () => owner.call<RedactionsAnswer>("GET", `/api/share/${id}/redactions?texts=1`),
    change: (access: object) => owner.call("PATCH", `/api/share/${id}`, access),
    markdown: () => owner.call("GET", `/share/${id}.md`),
  }
}

const rule = (id: string, text = SECRET) => ({ id, kind: "text", text })

async function recorded(shareID: string): Promise<AuditRow[]> {
  const rows: AuditRow[] = []
  for await (const page of world.trust.audit.read({ shareID, event: "redacted" })) rows.push(...page)
  return rows
}

test("[Z11] rules are recorded with who asked, how many were new, and how often it was shown", async () => {
  const share = await newShare()
  const { body, headers } = await share.redact(rule("the-first"), rule("the-second", "nowhere"))
  expect(body.receipt.occurrences).toBe(4)
  await share.redact(rule("the-first"))
  await share.redact(rule("the-first"), rule("the-third"))
  const [first, second, ...more] = await recorded(share.id)
  expect(first).toMatchObject({
    actor: "secret",
    address: "127.0.0.0/24",
    requestID: headers.get("x-request-id"),
    details: { rules: 2, occurrences: 3 },
  })
  expect(second).toMatchObject({ details: { rules: 1, occurrences: 0 } })
  expect(more).toEqual([])
  expect(JSON.stringify([first, second])).not.toContain("hunter2")
})

test("[Z8] a share whose time is over is not redacted, and its rules are told no more", async () => {
  const share = await newShare()
  await share.change({ expires: "1h" })
  now += HOUR
  expect((await share.redact(rule("too-late-1"))).status).toBe(410)
  expect((await share.redactions()).status).toBe(410)
  expect(await recorded(share.id)).toEqual([])
})

test("[Z6] a private share, and one that asks for a password, are redacted by their secret", async () => {
  for (const access of [{ visibility: "private" }, { visibility: "password", password: "correct horse" }]) {
    const share = await newShare()
    expect((await share.change(access)).status).toBe(200)
    expect((await share.redact(rule("of-the-owner"))).status).toBe(200)
    expect((await share.redactions()).body).toMatchObject({ redactions: [{ rule: rule("of-the-owner") }] })
    expect((await share.markdown()).text).toContain("again [redacted]")
    const stranger = createNativeClient(world.url)
    expect((await stranger.call("GET", `/api/share/${share.id}/redactions`)).status).not.toBe(200)
  }
})

test("[Z3][N2] rules open under the key that sealed them, behind another; without it nothing is shown", async () => {
  const own = await createWorld()
  onTestFinished(() => own.close())
  const share = await newShare(own)
  expect((await share.redact(rule("under-a-key"))).status).toBe(200)
  await own.stop()
  const path = join(own.dataDir, "instance-key")
  const key = (await readFile(path, "utf8")).trim()
  const start = async (...keys: string[]) => {
    await writeFile(path, `${keys.join("\n")}\n`)
    await own.start()
  }
  const newer = Buffer.alloc(32, 7).toString("base64url")
  await start(newer, key)
  expect((await share.redactions()).body).toMatchObject({ redactions: [{ rule: rule("under-a-key") }] })
  expect((await share.redact(rule("under-newer", "again"))).status).toBe(200)
  await own.stop()
  await start(key)
  const { status, text } = await share.markdown()
  expect(status).toBe(500)
  expect(text).not.toContain("hunter2")
})
