import { claimOf, createDirectClient, pack, put, wishOf } from "../direct-client.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { createOwner, type TestOwner } from "../owner.ts"
import type { World } from "../world.ts"

export const TOKEN = "a-token-of-the-team"
export const LOCK = { username: "team", password: "an open sesame" }

/** A share in some state, and what those who have to do with it hold. */
export interface Subject {
  id: string
  sessionID: string
  secret: string
  deleteSecret: string
  /** A segment's name; of a share that has none, one that could be. */
  segment: string
  owner: TestOwner
}

let count = 0
let passed = 0
let expiring = Promise.resolve()

/** The servers' clock, which runs on when a share is to expire. */
export function clockOfTests(): number {
  return Date.now() + passed
}

async function access({ url }: Pick<World, "url">, { id, secret }: Subject, change: object): Promise<void> {
  const by = createNativeClient(url, { "x-share-secret": secret })
  const { status, text } = await by.call("PATCH", `/api/share/${id}`, change)
  if (status !== 200) throw new Error(`access: ${text}`)
}

async function active({ url }: Pick<World, "url">): Promise<Subject> {
  const client = createDirectClient(`${url}/t/${TOKEN}`)
  const sessionID = `ses_${++count}`
  const owner = createOwner()
  const proof = owner.prove({ action: "create", baseUrl: url, sessionID })
  const { session, user, text } = itemsOf(sessionID)
  const child = { type: "session", data: { id: `${sessionID}c`, parentID: sessionID, title: "A subagent" } }
  const packed = pack([session(), user("msg_1"), text("msg_1", "prt_1", "said"), child])
  const made = await client.reserve({ sessionId: sessionID, owner: proof, tickets: [wishOf(packed)] })
  const { shareId: id, secret, deleteSecret, tickets } = made.body
  const [ticket] = tickets
  if (!ticket) throw new Error(`no ticket: ${made.text}`)
  await put(ticket, packed.body)
  const plain = createDirectClient(url)
  const commit = await plain.presign(id, secret, { commit: { segments: [claimOf(ticket, packed)] } })
  if (commit.status !== 200) throw new Error(`commit: ${commit.text}`)
  return { id, sessionID, secret, deleteSecret, segment: ticket.segment, owner }
}

/**
 * Every state that a share may be in. What is new here is asked for in every row of the table.
 */
export const STATES = {
  active,
  async revoked(world) {
    const subject = await active(world)
    await createDirectClient(world.url).remove(subject.id, subject.deleteSecret)
    return subject
  },
  async expired(world) {
    const subject = await active(world)
    const expire = async () => {
      await access(world, subject, { expires: new Date(clockOfTests() + 1_000).toISOString() })
      passed += 1_000
    }
    // One after the other: what passes for one passes for all.
    expiring = expiring.then(expire)
    await expiring
    return subject
  },
  async password(world) {
    const subject = await active(world)
    await access(world, subject, { password: "a password of its own" })
    return subject
  },
  async private(world) {
    const subject = await active(world)
    await access(world, subject, { visibility: "private" })
    return subject
  },
  async unknown(world) {
    return { ...(await active(world)), id: `unknown-${++count}`, sessionID: `ses_unknown${count}` }
  },
} as const satisfies Record<string, (world: Pick<World, "url">) => Promise<Subject>>

export type StateName = keyof typeof STATES

/** What somebody brings along. */
export interface Credentials {
  headers: Record<string, string>
  /** For bodies that hold one. */
  secret?: string
  /** What forms of their pages carry. */
  formToken?: string
  /** Whose signature it is, where one is asked for. */
  owner: TestOwner
}

const stranger = createOwner()
const withSecret = (secret: string): Credentials => ({
  headers: { "x-share-secret": secret },
  secret,
  owner: stranger,
})
const bearer = { authorization: `Bearer ${TOKEN}` }

/** Everybody who may ask, and what they hold of a share. */
export const ACTORS = {
  anonymous: () => ({ headers: {}, owner: stranger }),
  /** Of another share, which is as good as one can be that is wrong. */
  wrongSecret: (_, other) => withSecret(other.secret),
  secret: (subject) => withSecret(subject.secret),
  deleteSecret: (subject) => withSecret(subject.deleteSecret),
  token: () => ({ headers: bearer, owner: stranger }),
  owner: ({ owner }) => ({ headers: bearer, owner }),
  admin: (_, other) => ({ headers: { authorization: `Bearer ${other.adminToken}` }, owner: stranger }),
  /** In a browser that was let in as admin. */
  operator: (_, { operator: { secret, formToken } }) => ({
    headers: { cookie: `better-share-admin=${secret}` },
    formToken,
    owner: stranger,
  }),
  password: () => ({
    headers: { authorization: `Basic ${btoa(`${LOCK.username}:${LOCK.password}`)}` },
    owner: stranger,
  }),
} as const satisfies Record<string, (subject: Subject, other: Other) => Credentials>

/** Whose secret is everybody's wrong one, and the operator's token and session of the same server. */
export interface Other extends Subject {
  adminToken: string
  operator: { secret: string; formToken: string }
}

export type ActorName = keyof typeof ACTORS

/** A native share in the place of another: it has one secret, and no owner. */
export async function nativeShare({ url }: Pick<World, "url">): Promise<Subject> {
  const subject = await active({ url })
  const made = (await createNativeClient(`${url}/t/${TOKEN}`).create(subject.sessionID)).body
  return { ...subject, id: made.id, secret: made.secret }
}
