import { readFile } from "node:fs/promises"
import { afterAll, beforeAll, expect, test } from "vitest"
import { checkManifest } from "../../src/encryption/sealer.ts"
import { createMachine } from "../../src/host/machine.ts"
import type { AuditRow } from "../../src/protocol/audit.ts"
import type { PresignAnswer } from "../../src/protocol/routes.ts"
import { redactShare } from "../../src/viewer/browser/encrypted/redact-share.ts"
import { createDirectClient } from "../direct-client.ts"
import {
  createEncryptedShare,
  type EncryptedShare,
  inventedName,
  linesOf,
  readManifest,
} from "../encrypted-client.ts"
import { readEvents } from "../event-source.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { asOwner, learn, openAll, readRedactions, redactSealed } from "../sealed-redaction.ts"
import { waitFor } from "../wait.ts"
import { createWorld, filesBelow, type World } from "../world.ts"

const SECRET = "hunter2-hunter2"
const RULE = { kind: "text", text: SECRET } as const

let world: World
let count = 0
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())

type Written = EncryptedShare & ReturnType<typeof itemsOf>

/** Says the secret in its title, twice in a text, once more in an earlier version of that, and in what was merged away. */
async function written(): Promise<Written> {
  const sessionID = `ses_sealed${++count}`
  const share = { ...(await createEncryptedShare(world.url, sessionID)), ...itemsOf(sessionID) }
  const { session, user, text } = share
  const title = `About ${SECRET}`
  await share.sync([session({ title }), user("msg_1"), text("msg_1", "prt_1", `once ${SECRET}`)], { title })
  await share.sync([text("msg_1", "prt_1", `${SECRET} and ${SECRET}`)], { title })
  await share.merge([session({ title }), user("msg_1"), text("msg_1", "prt_1", `${SECRET} and ${SECRET}`)])
  await share.sync([user("msg_2"), text("msg_2", "prt_2", `later ${SECRET}`)], { title })
  return share
}

/** Every stored object of a share, opened with its key, as who has the bucket and the key would. */
async function storedContent({ id, sealer }: EncryptedShare): Promise<{ objects: number; text: string }> {
  const files = (await filesBelow(world.dataDir)).filter((file) =>
    file.replaceAll("+", "").includes(`/${id.toLowerCase()}/`),
  )
  const opened = files.map(async (file) => JSON.stringify(await sealer.openSegment(await readFile(file))))
  return { objects: files.length, text: (await Promise.all(opened)).join("\n") }
}

const commitOf = async (share: Written, more: object = {}) => {
  const claim = await share.upload([share.text("msg_2", "prt_3", `again ${SECRET}`)])
  const { revision: after, epoch, segments } = share.state
  const head = await share.headOf({ revision: after + 1, segments: [...segments, claim.segment] })
  return createDirectClient(world.url).presign(share.id, share.secret, {
    commit: { segments: [claim], after, epoch, head, ...more },
  })
}

function refused({
  status,
  body,
}: {
  status: number
  body: PresignAnswer & { error?: { message: string } }
}) {
  return [status, body.error?.message]
}

test("[Z12] what the owner's browser took out is nowhere: not in the list, not in any object, not in the head", async () => {
  const share = await written()
  const before = { ...share.state }
  expect((await storedContent(share)).text).toContain(SECRET)
  const receipt = await redactSealed(world.url, share, [RULE])
  expect(receipt).toMatchObject({
    rules: 1,
    occurrences: 4,
    items: 3,
    segments: 2,
    revision: before.revision + 1,
  })
  expect(receipt.objectsDeleted).toBeGreaterThanOrEqual(2)
  const manifest = await readManifest(world.url, share.id)
  expect([manifest.revision, manifest.epoch]).toEqual([before.revision + 1, before.epoch + 1])
  expect(manifest.segments).toHaveLength(1)
  const head = await share.sealer.openHead(manifest.head ?? "")
  checkManifest(manifest, head)
  expect(head).toMatchObject({ title: "About [redacted]", messageCount: 1, sessionID: share.sessionID })
  expect(await openAll(world.url, share)).toEqual([
    share.session({ title: "About [redacted]" }),
    share.user("msg_1"),
    share.text("msg_1", "prt_1", "[redacted] and [redacted]"),
    share.user("msg_2"),
    share.text("msg_2", "prt_2", "later [redacted]"),
  ])
  const { objects, text } = await storedContent(share)
  expect(objects).toBe(1)
  expect(text).not.toContain(SECRET)
})

test("[Z12] parts and messages are taken out as of other shares; a second redaction goes on behind the first", async () => {
  const share = await written()
  await redactSealed(world.url, share, [{ kind: "part", messageID: "msg_1", partID: "prt_1" }])
  await redactSealed(world.url, share, [{ kind: "message", messageID: "msg_2" }, RULE])
  const text = JSON.stringify(await openAll(world.url, share))
  expect(text).not.toContain("hunter2")
  expect(text).not.toContain("later")
  expect(share.state.redactions).toBe(3)
  expect((await storedContent(share)).objects).toBe(1)
})

test("[Z15] rules are kept sealed: the server tells them to who has the secret, and names nothing of them", async () => {
  const share = await written()
  await redactSealed(world.url, share, [RULE])
  const { redactions, pending } = await readRedactions(world.url, share)
  expect([redactions.length, pending]).toEqual([1, false])
  expect(redactions[0]).toEqual({
    id: expect.any(String),
    createdAt: expect.any(String),
    occurrences: 4,
    sealed: expect.any(String),
  })
  expect(await share.sealer.openRule(redactions[0]?.sealed ?? "")).toEqual({ ...RULE, id: redactions[0]?.id })
  const client = createNativeClient(world.url, { "x-share-secret": share.secret })
  const { text } = await client.call("GET", `/api/share/${share.id}/redactions`)
  expect(text).not.toContain("sealed")
  for (const name of await filesBelow(world.dataDir)) {
    expect([name, (await readFile(name)).includes(SECRET)]).toEqual([name, false])
  }
  const rows: AuditRow[] = []
  for await (const page of world.trust.audit.read({ shareID: share.id, event: "redacted" }))
    rows.push(...page)
  expect(rows).toMatchObject([{ actor: "secret", details: { rules: 1, occurrences: 4 } }])
})

test("[Z14] a commit or a merge that went by fewer rules is refused with what to do, and changes nothing", async () => {
  const share = await written()
  const old = { ...share.state }
  await redactSealed(world.url, share, [RULE])
  const { redactions, ...current } = share.state
  for (const state of [old, current]) {
    Object.assign(share.state, state)
    expect(refused(await commitOf(share))).toEqual([
      409,
      expect.stringMatching(/1 redactions.*goes by 0.*too old/),
    ])
    expect(refused(await commitOf(share, { redactions: 2 }))[0]).toBe(409)
  }
  const merge = share.merge.bind(share)
  share.state.redactions = 0
  await expect(merge([share.session()])).rejects.toThrow("goes by 0")
  expect(JSON.stringify(await openAll(world.url, share))).not.toContain(SECRET)
  share.state.redactions = redactions
  await share.sync([share.user("msg_3")])
  await merge([share.session()])
  await waitFor(
    "what was merged to be deleted",
    async () => !(await readRedactions(world.url, share)).pending,
  )
})

test("[Z14] of other shares it is nobody's word to say, and refused", async () => {
  const client = createDirectClient(world.url)
  const { body } = await client.reserve({ sessionId: "ses_clear", tickets: [] })
  const claim = { segment: inventedName(), bytes: 9, sha256: "0".repeat(64), items: 1, contentBytes: 9 }
  const commit = { segments: [claim], redactions: 0 }
  expect((await client.presign(body.shareId, body.secret, { commit })).status).toBe(400)
})

test("[Z12] when the author commits or merges meanwhile, it begins anew; what was sealed by then is swept", async () => {
  const share = await written()
  let others = 0
  const overtaken: typeof fetch = async (input, init) => {
    if (String(input).endsWith("/sealed") && others < 2) {
      if (++others === 1) await share.sync([share.text("msg_2", "prt_4", `just now ${SECRET}`)])
      else await share.merge([share.session(), share.text("msg_2", "prt_4", `just now ${SECRET}`)])
    }
    return fetch(input, init)
  }
  const receipt = await redactSealed(world.url, share, [RULE], { fetch: overtaken })
  expect([others, receipt.rules, share.state.redactions]).toEqual([2, 1, 1])
  const text = JSON.stringify(await openAll(world.url, share))
  expect(text).toContain("just now [redacted]")
  expect(text).not.toContain(SECRET)
})

test("[Z12] when the answer is lost, or the share was never to be had, nothing is done twice and nothing is hidden", async () => {
  const share = await written()
  let lost = 0
  const losing: typeof fetch = async (input, init) => {
    const answer = await fetch(input, init)
    if (String(input).endsWith("/sealed") && lost++ === 0) throw new TypeError("the answer was lost")
    return answer
  }
  const receipt = await redactSealed(world.url, share, [RULE], { fetch: losing })
  expect(lost).toBe(2)
  expect(receipt).toMatchObject({ rules: 1, occurrences: 4 })
  expect(share.state.redactions).toBe(1)
  const empty = await createEncryptedShare(world.url, "ses_empty")
  await expect(redactSealed(world.url, empty, [RULE])).rejects.toThrow("Nothing has been written")
  await share.remove()
  await expect(redactSealed(world.url, share, [RULE])).rejects.toThrow()
})

test("[Z8] the server itself takes nothing out of it, and says who can; nor does anybody seal for an open share", async () => {
  const share = await written()
  const client = createNativeClient(world.url, { "x-share-secret": share.secret })
  const { status, text } = await client.call("POST", `/api/share/${share.id}/redact`, { rules: [RULE] })
  expect([status, text]).toEqual([409, expect.stringContaining(`/shares/${share.id}/redact`)])
  const open = (await createDirectClient(world.url).reserve({ sessionId: "ses_open", tickets: [] })).body
  const other = { ...share, id: open.shareId, secret: open.secret }
  const { redact, headers } = asOwner(world.url, other)
  const body = {
    rules: [{ id: "the-rule", sealed: "AAAA", occurrences: 0 }],
    ...{ items: 0, after: 0, epoch: 0, head: "AAAA" },
    segments: [{ segment: inventedName(), bytes: 9, sha256: "0".repeat(64), items: 1, contentBytes: 9 }],
  }
  const answer = await fetch(redact, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify(body),
  })
  expect([answer.status, await answer.text()]).toEqual([409, expect.stringContaining("not encrypted")])
})

test("[Z12] what names a rule or a segment twice, or none, is refused", async () => {
  const share = await written()
  const { redact, headers } = asOwner(world.url, share)
  const claim = await share.upload([share.session()])
  const rule = { id: "the-rule", sealed: "AAAA", occurrences: 0 }
  const { revision: after, epoch } = share.state
  const head = await share.headOf({ revision: after + 1, segments: [claim.segment] })
  const send = async (changes: object) => {
    const body = JSON.stringify({
      rules: [rule],
      items: 0,
      segments: [claim],
      after,
      epoch,
      head,
      ...changes,
    })
    const type = { "content-type": "application/json" }
    return (await fetch(redact, { method: "POST", headers: { ...headers, ...type }, body })).status
  }
  for (const wrong of [
    { rules: [rule, rule] },
    { rules: [] },
    { rules: Array.from({ length: 17 }, (_, n) => ({ ...rule, id: `the-rule-${n}` })) },
    { rules: [{ ...rule, sealed: "not base64url!" }] },
    { segments: [claim, claim] },
    { segments: [] },
    { segments: [{ ...claim, items: 2 }] },
    { head: undefined },
  ]) {
    expect([wrong, await send(wrong)]).toEqual([wrong, 400])
  }
  expect(await send({ segments: [{ ...claim, bytes: 1 }] })).toBe(409)
  expect(await send({ after: after + 1 })).toBe(409)
  expect(await send({ epoch: epoch + 1 })).toBe(409)
  expect((await readRedactions(world.url, share)).redactions).toEqual([])
  expect(await send({})).toBe(200)
})

test("[Z13] a body that is not what its name and length say is not kept", async () => {
  const share = await written()
  const { segments, headers } = asOwner(world.url, share)
  const { objects } = await storedContent(share)
  const sealed = await share.sealer.sealSegment(linesOf([share.session()]))
  const name = `${crypto.randomUUID()}.${sealed.sha256}`
  const put = (body: Uint8Array<ArrayBuffer>, as = headers) =>
    fetch(`${segments}/${name}`, { method: "PUT", headers: as, body }).then(({ status }) => status)
  expect(await put(sealed.body.slice(1))).toBe(400)
  expect(await put(sealed.body, {})).toBe(400)
  expect(await put(sealed.body, { "x-share-secret": "wrong" })).toBe(404)
  expect(await put(new Uint8Array(65 * 1024 * 1024 + 1))).toBe(413)
  expect((await storedContent(share)).objects).toBe(objects)
  expect(await put(sealed.body)).toBe(200)
  expect(await put(sealed.body)).toBe(200)
  expect((await storedContent(share)).objects).toBe(objects + 1)
})

test("[Z13][N4] an owner's session needs the mark of its page, from this server's own pages, and opens its own shares", async () => {
  const [mine, other] = [await written(), await written()]
  const { sessions } = world.trust
  const row = { id: mine.id, generation: 0, secretHash: createMachine().hash(mine.secret) }
  const { secret } = await sessions.start("owner", { creators: [], shares: [row] })
  const session = await sessions.find("owner", secret)
  const mark = session ? await sessions.formToken(session) : ""
  const headers = { cookie: `better-share-owner=${secret}`, "x-form-token": mark }
  const page = await fetch(`${world.url}/shares/${mine.id}/redact`, { headers })
  expect(await page.text()).toContain(`data-token="${mark}"`)
  const as = (share: Written, changes: Record<string, string>) =>
    redactShare({ ...asOwner(world.url, share), headers: { ...headers, ...changes } }, [RULE])
  await expect(as(mine, { "x-form-token": "another" })).rejects.toThrow("own page")
  await expect(as(mine, { "sec-fetch-site": "cross-site" })).rejects.toThrow("own page")
  await expect(as(mine, { origin: "https://elsewhere.example" })).rejects.toThrow("own page")
  await expect(as(other, {})).rejects.toThrow("no such share")
  expect(await as(mine, {})).toMatchObject({ rules: 1, occurrences: 4 })
  expect(JSON.stringify(await openAll(world.url, other))).toContain(SECRET)
})

test("[Z5][K6] who watches is told of the revision, who comes back late to begin anew, and text passes no more", async () => {
  const share = await written()
  const events = await readEvents(
    `${world.url}/api/share/${share.id}/events?revision=${share.state.revision}`,
  )
  const sealed = await share.sealer.sealDeltas([
    { sessionID: share.sessionID, messageID: "msg_2", partID: "prt_5", field: "text", from: 0, text: SECRET },
  ])
  expect(await share.pass({ sealed })).toBe(200)
  await events.waitForEvent("the text", ({ event }) => event === "sealed")
  await redactSealed(world.url, share, [RULE])
  const { revision } = share.state
  await events.waitForEvent("the redaction", ({ event, id }) => event === "commit" && id === revision)
  expect(await share.pass({ sealed })).toBe(200)
  const late = await readEvents(`${world.url}/api/share/${share.id}/events?revision=1`)
  await late.waitForEvent("the redaction", ({ event }) => event === "refresh")
  await share.sync([share.user("msg_9")])
  await late.waitForEvent("the next commit", ({ event }) => event === "commit")
  const names = [...events.received, ...late.received]
    .map(({ event }) => event)
    .filter((event) => event !== "viewers")
  expect(names.filter((name) => name === "sealed")).toHaveLength(1)
  await learn(world.url, share)
})
