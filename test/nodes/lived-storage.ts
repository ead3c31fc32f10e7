import { type AuditRow, BY_ITSELF } from "../../src/protocol/audit.ts"
import type { Item } from "../../src/protocol/item.ts"
import type { UnlockAnswer } from "../../src/protocol/routes.ts"
import { claimOf, createDirectClient, pack, put, wishOf } from "../direct-client.ts"
import { createEncryptedShare, readManifest, readSegment } from "../encrypted-client.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import type { World } from "../world.ts"

export interface LivedShare {
  id: string
  secret: string
  sessionID: string
}

/** A storage with a share of each kind, and what opens them. */
export interface Life {
  native: LivedShare
  direct: LivedShare
  plain: LivedShare
  locked: LivedShare & { capability: string }
  redacted: LivedShare
  revoked: LivedShare
  encrypted: LivedShare
  token: string
  adminToken: string
}

export const HIDDEN = "hunter2-hunter2"
const PASSWORD = "correct horse"

/** Lives on a server that others can reach, so that creating takes a token. */
export async function live(world: World): Promise<Life> {
  const adminToken = (await world.trust.admin.begin()) ?? ""
  const { text: token } = await world.trust.tokens.create({ name: "the-token", by: BY_ITSELF })
  const url = `${world.url}/t/${token}`
  const client = createNativeClient(url)
  const direct = createDirectClient(url)

  async function newNative(name: string, syncs: number, said = "text"): Promise<LivedShare> {
    const sessionID = `ses_${name}`
    const { session, user, text } = itemsOf(sessionID)
    const { body } = await client.create(sessionID)
    for (let n = 0; n < syncs; n++) {
      const items = [...(n === 0 ? [session()] : []), user(`msg_${n}`, n), text(`msg_${n}`, `prt_${n}`, said)]
      await client.sync(body.id, body.secret, items)
    }
    return { id: body.id, secret: body.secret, sessionID }
  }

  // So many that the first of them are merged.
  const native = await newNative("native", 18)
  await world.upkeep()

  const segments = await direct.reserve({ sessionId: "ses_direct", tickets: [] })
  const inSegments = { id: segments.body.shareId, secret: segments.body.secret, sessionID: "ses_direct" }
  for (const n of [0, 1]) await upload(direct, inSegments, said(inSegments.sessionID, n))

  const whole = await direct.reserve({ sessionId: "ses_plain" })
  const ticket = { url: whole.body.presignedUrl ?? "", headers: whole.body.headers ?? {} }
  const [session, message, part] = said("ses_plain", 0).map(({ data }) => data)
  await put(ticket, JSON.stringify({ session, messages: [{ info: message, parts: [part] }] }))

  const locked = await newNative("locked", 1)
  const withSecret = (secret: string) => createNativeClient(url, { "x-share-secret": secret })
  await withSecret(locked.secret).call("PATCH", `/api/share/${locked.id}`, { password: PASSWORD })
  const opened = await client.call<UnlockAnswer>("POST", `/api/share/${locked.id}/unlock`, {
    password: PASSWORD,
  })

  const redacted = await newNative("redacted", 2, `my password is ${HIDDEN}`)
  await withSecret(redacted.secret).call("POST", `/api/share/${redacted.id}/redact`, {
    rules: [{ kind: "text", text: HIDDEN }],
  })
  const revoked = await newNative("revoked", 2)
  await client.remove(revoked.id, revoked.secret)
  const encrypted = await createEncryptedShare(url, "ses_encrypted")
  await encrypted.sync(said("ses_encrypted", 0))
  return {
    native,
    direct: inSegments,
    plain: { id: whole.body.shareId, secret: whole.body.secret, sessionID: "ses_plain" },
    locked: { ...locked, capability: opened.body.capability },
    redacted,
    revoked,
    encrypted,
    token,
    adminToken,
  }
}

function said(sessionID: string, n: number): Item[] {
  const { session, user, text } = itemsOf(sessionID)
  return [session(), user(`msg_${n}`), text(`msg_${n}`, "prt", `said ${n}`)]
}

async function upload(
  direct: ReturnType<typeof createDirectClient>,
  { id, secret }: LivedShare,
  items: Item[],
): Promise<void> {
  const packed = pack(items)
  const { body } = await direct.presign(id, secret, { tickets: [wishOf(packed)] })
  const [ticket] = body.tickets
  if (!ticket) throw new Error(JSON.stringify(body))
  await put(ticket, packed.body)
  const done = await direct.presign(id, secret, { commit: { segments: [claimOf(ticket, packed)] } })
  if (done.status !== 200) throw new Error(done.text)
}

/** Everything that can be seen of a life, from outside and as its operator: the same wherever it is stored. */
export async function observe({ url, trust }: World, life: Life): Promise<object> {
  const client = createNativeClient(url)
  const shown = async (path: string) => {
    const { status, text } = await client.call("GET", path)
    return [status, text.replaceAll(url, "")]
  }
  const seen: Record<string, unknown> = {}
  for (const name of ["native", "direct", "plain", "redacted", "revoked"] as const) {
    const { id, secret } = life[name]
    seen[name] = {
      data: await shown(`/api/share/${id}/data`),
      metadata: await shown(`/api/share/${id}/metadata`),
      // A wrong secret is 404, whatever became of the share.
      right: (await client.sync(id, secret, [])).status,
      wrong: (await client.sync(id, "x".repeat(32), [])).status,
    }
  }
  const { id, capability } = life.locked
  seen.locked = [
    await shown(`/api/share/${id}/data`),
    await shown(`/api/share/${id}_${capability}/data`),
    (await client.call("POST", `/api/share/${id}/unlock`, { password: PASSWORD })).status,
    (await client.call("POST", `/api/share/${id}/unlock`, { password: "wrong horse" })).status,
  ]
  const manifest = await readManifest(url, life.encrypted.id)
  const sealed = manifest.segments.map(({ segment }) => readSegment(url, life.encrypted.id, segment))
  seen.encrypted = [manifest, (await Promise.all(sealed)).map((body) => Buffer.from(body).toString("hex"))]
  const audit: AuditRow[] = []
  for await (const page of trust.audit.read({})) audit.push(...page)
  // Looking at it gives wrong secrets, which are recorded when their minute is over.
  seen.audit = audit.filter(({ event }) => event !== "failed_secrets")
  seen.tokens = (await trust.tokens.list()).map(({ lastUsedAt: _, ...token }) => token)
  const admin = await fetch(`${url}/api/admin/shares`, {
    headers: { authorization: `Bearer ${life.adminToken}` },
  })
  seen.admin = [admin.status, (await admin.text()).replaceAll(url, "")]
  return seen
}

/** Goes on where it is: new content, a new share, and rules that hold for what comes. */
export async function goOn(world: World, life: Life): Promise<void> {
  const client = createNativeClient(`${world.url}/t/${life.token}`)
  const { id, secret, sessionID } = life.redacted
  const { user, text } = itemsOf(sessionID)
  const items = [user("msg_later"), text("msg_later", "prt_later", `again ${HIDDEN}`)]
  const statuses = [
    (await client.sync(id, secret, items)).status,
    (await client.create("ses_later")).status,
    (await client.remove(life.revoked.id, life.revoked.secret)).status,
  ]
  const { text: data } = await client.data(id)
  if (statuses.some((status) => status !== 200)) throw new Error(`refused: ${statuses}`)
  if (data.includes(HIDDEN) || !data.includes("again [redacted]")) throw new Error(data)
}
