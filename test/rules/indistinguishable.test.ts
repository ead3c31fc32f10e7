import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type CountingApp, createCountingApp } from "../counting-app.ts"
import { itemsOf } from "../items.ts"

let app: CountingApp
let active: { id: string; secret: string; deleteSecret: string }
let native: { id: string; secret: string }
let revoked: { id: string; secret: string }

beforeAll(async () => {
  app = await createCountingApp()
  active = await made("/api/share/presign", { sessionId: "ses_1", tickets: [] })
  native = await made("/api/share", { sessionID: "ses_2" })
  await app.request(
    ...post(`/api/share/${native.id}/sync`, {
      secret: native.secret,
      data: [itemsOf("ses_2").user("msg_1")],
    }),
  )
  revoked = await made("/api/share", { sessionID: "ses_3" })
  await app.request(`/api/share/${revoked.id}`, {
    method: "DELETE",
    headers: { "x-share-secret": revoked.secret },
  })
})
afterAll(() => app.close())

async function made(path: string, body: object) {
  const answer = (await (await app.request(...post(path, body))).json()) as Record<string, string>
  const { id = answer.shareId ?? "", secret = "", deleteSecret = "" } = answer
  return { id, secret, deleteSecret }
}

function post(path: string, body: unknown, headers: Record<string, string> = {}): [string, RequestInit] {
  const json = { "content-type": "application/json", ...headers }
  return [path, { method: "POST", headers: json, body: JSON.stringify(body) }]
}

const SEGMENT = `${"0".repeat(36)}.${"0".repeat(64)}`
const CLAIM = { segment: SEGMENT, bytes: 1, sha256: "0".repeat(64), items: 1, contentBytes: 1 }

/** Every request that takes a share's secret. */
const REQUESTS: Record<string, (id: string, secret: string) => [path: string, init: RequestInit]> = {
  "a sync": (id, secret) => post(`/api/share/${id}/sync`, { secret, data: [itemsOf("ses_2").user("msg_9")] }),
  "a commit": (id, secret) =>
    post(`/api/share/${id}/presign`, { commit: { segments: [CLAIM] } }, { "x-share-secret": secret }),
  "a ticket": (id, secret) => post(`/api/share/${id}/presign`, { tickets: [] }, { "x-share-secret": secret }),
  "passing text": (id, secret) => post(`/api/share/${id}/deltas`, {}, { "x-share-secret": secret }),
  "the list": (id, secret) => [`/api/share/${id}/segments`, { headers: { "x-share-secret": secret } }],
  "a segment": (id, secret) => [
    `/api/share/${id}/segments/${SEGMENT}`,
    { headers: { "x-share-secret": secret } },
  ],
  "a change of who may see it": (id, secret) => [
    `/api/share/${id}`,
    {
      method: "PATCH",
      headers: { "x-share-secret": secret, "content-type": "application/json" },
      body: JSON.stringify({ visibility: "unlisted" }),
    },
  ],
  "a removal": (id, secret) => [
    `/api/share/${id}`,
    { method: "DELETE", headers: { "x-share-secret": secret } },
  ],
}

const UNKNOWN = "b".repeat(22)
const WRONG = "w".repeat(32)

/** Everything that whoever asks could tell by, but for its time: and what was asked of storage, which takes that. */
async function observe(request: [string, RequestInit]) {
  app.calls()
  const response = await app.request(...request)
  const body = await response.text()
  const headers = [...response.headers].filter(([name]) => name !== "x-request-id")
  return { status: response.status, headers, body, calls: app.calls() }
}

describe("[S6] who has no secret cannot tell a share that is there from one that is not, by", () => {
  for (const [name, request] of Object.entries(REQUESTS)) {
    test(name, async () => {
      const unknown = await observe(request(UNKNOWN, WRONG))
      expect(unknown.status).toBe(404)
      expect(unknown.calls.length).toBeGreaterThan(0)
      expect(await observe(request(active.id, WRONG))).toEqual(unknown)
      expect(await observe(request(native.id, WRONG))).toEqual(unknown)
      expect(await observe(request(active.id, native.secret))).toEqual(unknown)
      // What was removed says so to everybody where links are open to all.
      const removed = await observe(request(revoked.id, WRONG))
      if (name === "a removal") expect(removed.status).toBe(410)
      else expect(removed).toEqual(unknown)
      if (name !== "a removal")
        expect(await observe(request(active.id, active.deleteSecret))).toEqual(unknown)
    })
  }
})

test("[S6] the right secret is answered otherwise, or there would be nothing to tell apart", async () => {
  const answers = await Promise.all(
    Object.entries(REQUESTS)
      .filter(([name]) => name !== "a removal")
      .map(async ([name, request]) => {
        const { id, secret } = name === "a sync" ? native : active
        const { status, body } = await observe(request(id, secret))
        return `${name} ${status} ${status === 404 && body.includes("no such segment")}`
      }),
  )
  expect(answers).toEqual([
    "a sync 200 false",
    "a commit 409 false",
    "a ticket 200 false",
    "passing text 200 false",
    "the list 200 false",
    "a segment 404 true",
    "a change of who may see it 200 false",
  ])
})

describe("[Y3] a private share is to others as one that is not there, by what they bring:", () => {
  const BROUGHT: Record<string, Record<string, string>> = {
    nothing: {},
    "a wrong secret": { "x-share-secret": WRONG },
    "a wrong token": { authorization: "Bearer wrong" },
    "a session that is none": { cookie: "better-share-owner=none; better-share-admin=none" },
    "a pass that is none": { cookie: `better-share-passes=${UNKNOWN}_${"c".repeat(22)}` },
  }
  for (const [name, headers] of Object.entries(BROUGHT)) {
    test(name, async () => {
      const { id, secret } = await app.shares.create({
        sessionID: "ses_private",
        creator: "me",
        address: "here",
      })
      await app.shares.changeAccess({
        shareID: id,
        credentials: { secret },
        change: { visibility: "private" },
      })
      // As when its owner has just looked at it.
      await app.request(`/share/${id}`, { headers: { "x-share-secret": secret } })
      const paths = ["", ".md", ".json", ".txt", ".html", "/card.png", "/changes", "/search?q=x"]
      for (const path of [
        ...paths.map((rest) => `/share/ID${rest}`),
        "/api/share/ID/data",
        "/api/share/ID/events",
      ]) {
        const answers = []
        for (const each of [id, UNKNOWN]) {
          const { body, ...rest } = await observe([path.replace("ID", each), { headers }])
          answers.push({ ...rest, body: body.replaceAll(each, "ID") })
        }
        expect(answers[0], path).toEqual(answers[1])
        expect(answers[0]?.status).toBe(404)
      }
    })
  }
})

test("[W2] behind the lock everything that reads is answered alike, after the same questions", async () => {
  const locked = await createCountingApp({ lock: { username: "team", password: "an open sesame" } })
  try {
    const { id } = await locked.shares.create({ sessionID: "ses_1", creator: "me", address: "here" })
    for (const rest of ["", ".md", ".json", "/card.png", "/search?q=x"]) {
      for (const headers of [{}, { "x-share-secret": WRONG }, { authorization: "Bearer wrong" }] as const) {
        const answers = []
        for (const each of [id, UNKNOWN]) {
          locked.calls()
          const response = await locked.request(`/share/${each}${rest}`, { headers })
          const said = [...response.headers].filter(([name]) => name !== "x-request-id")
          answers.push([response.status, said, await response.text(), locked.calls()])
        }
        expect(answers[0]?.[0]).toBe(401)
        expect(answers[1], rest).toEqual(answers[0])
      }
    }
  } finally {
    await locked.close()
  }
})
