import type { ActorName, Credentials, StateName, Subject } from "./route-subjects.ts"

/** Whom an answer depends on: everybody who is not named is answered as `all`. */
type Line = { all: number } & Partial<Record<ActorName, number>>

/** What is answered of a share in each state, by a server that is open to its links and by one that is locked. */
export interface Expected {
  open: Record<StateName, Line>
  locked: Record<StateName, Line>
}

const same = (line: Line): Record<StateName, Line> => ({ active: line, revoked: line, unknown: line })

/** Behind a lock, those with a key are answered as elsewhere. */
function keyed(status: number, keys: readonly ActorName[]): Line {
  return { all: 401, ...Object.fromEntries(keys.map((key) => [key, status])) }
}

/** A server's own, which depends on no share. */
function own(status: number): Expected {
  return { open: same({ all: status }), locked: same(keyed(status, ["password"])) }
}

function reads(status: { active: number; revoked: number; unknown: number }): Expected {
  const { active, revoked, unknown } = status
  const others: ActorName[] = ["token", "owner", "password"]
  return {
    open: { active: { all: active }, revoked: { all: revoked }, unknown: { all: unknown } },
    locked: {
      active: keyed(active, ["secret", ...others]),
      revoked: keyed(revoked, ["secret", ...others]),
      // No secret is one of a share that does not exist.
      unknown: keyed(unknown, others),
    },
  }
}

/** What asks for the secret itself, and is not locked: who brings none is told that one is missing. */
function writes(status: { active: number; revoked: number; deleting?: number }): Expected {
  const { active, revoked } = status
  const without = { all: 400, wrongSecret: 404, deleteSecret: 404 }
  const lines = {
    active: { ...without, secret: active },
    revoked: { ...without, secret: revoked },
    unknown: { ...without, secret: 404 },
  }
  return { open: lines, locked: lines }
}

const SHOWN = reads({ active: 200, revoked: 410, unknown: 404 })
const REDIRECTED = reads({ active: 302, revoked: 302, unknown: 302 })
const CREATED = { all: 401, token: 200, owner: 200 }
const RECOVERED = {
  active: { all: 401, token: 404, owner: 200 },
  revoked: { all: 401, token: 404, owner: 404 },
  unknown: { all: 401, token: 404, owner: 404 },
}
/** What is stored as it was put is for those who may write. */
const STORED: Expected = {
  open: {
    active: { all: 400, wrongSecret: 404, deleteSecret: 404, secret: 200 },
    revoked: { all: 410, wrongSecret: 404, deleteSecret: 404, secret: 410 },
    unknown: { all: 404 },
  },
  locked: {
    active: { all: 401, secret: 200, token: 400, owner: 400, password: 400 },
    revoked: { all: 401, secret: 410, token: 410, owner: 410, password: 410 },
    unknown: { all: 401, token: 404, owner: 404, password: 404 },
  },
}
const REMOVED = (wrong: number): Record<StateName, Line> => ({
  active: { all: 400, wrongSecret: 404, secret: 200, deleteSecret: 200 },
  // A tombstone is public, but behind a lock.
  revoked: { all: 400, wrongSecret: wrong, secret: 200, deleteSecret: 200 },
  unknown: { all: 400, wrongSecret: 404, secret: 404, deleteSecret: 404 },
})

export interface Row {
  /** As the router spells it. What stands behind ` as ` only tells rows of one route apart. */
  route: string
  path: string | ((subject: Subject) => string)
  body?: (subject: Subject, by: Credentials, url: string) => unknown
  expected: Expected
  /** Each asking changes something, so each gets a share of its own. */
  changes?: true
  /** A share of the native door in the place of an active one. */
  native?: true
}

const share = (rest: string) => (subject: Subject) => `/share/${subject.id}${rest}`
const api = (rest: string) => (subject: Subject) => `/api/share/${subject.id}${rest}`

/** Every route of the server. A test holds it against the router's own list. */
export const ROWS: readonly Row[] = [
  {
    route: "GET /api/health",
    path: "/api/health",
    expected: { open: same({ all: 200 }), locked: same({ all: 200 }) },
  },
  { route: "GET /api/doc", path: "/api/doc", expected: own(200) },
  { route: "GET /robots.txt", path: "/robots.txt", expected: own(200) },
  { route: "GET /favicon.ico", path: "/favicon.ico", expected: own(302) },
  { route: "GET /t/:token", path: "/t/anything", expected: own(302) },
  { route: "GET /assets/:name", path: "/assets/no-such-asset", expected: own(404) },
  { route: "GET /plugin.js", path: "/plugin.js", expected: own(200) },
  { route: "GET /", path: "/", expected: own(200) },

  { route: "GET /s/:id", path: (subject) => `/s/${subject.id}`, expected: REDIRECTED },
  { route: "GET /s/:id as Markdown", path: (subject) => `/s/${subject.id}.md`, expected: REDIRECTED },
  { route: "GET /share/:id", path: share(""), expected: SHOWN },
  { route: "GET /share/:id as prompts", path: share("?show=prompts"), expected: SHOWN },
  { route: "GET /share/:id as Markdown", path: share(".md"), expected: SHOWN },
  { route: "GET /share/:id as a log", path: share(".txt"), expected: SHOWN },
  { route: "GET /share/:id as JSON", path: share(".json"), expected: SHOWN },
  { route: "GET /share/:id as a file", path: share(".html"), expected: SHOWN },
  {
    route: "GET /share/:id/session/:session",
    path: (subject) => `/share/${subject.id}/session/${subject.sessionID}c`,
    expected: SHOWN,
  },
  { route: "GET /share/:id/changes", path: share("/changes"), expected: SHOWN },
  { route: "GET /share/:id/part/:part", path: share("/part/prt_1"), expected: SHOWN },
  { route: "GET /share/:id/search", path: share("/search?q=said"), expected: SHOWN },
  { route: "GET /share/:id/card.png", path: share("/card.png"), expected: SHOWN },

  { route: "GET /api/share/:id", path: api(""), expected: SHOWN },
  { route: "GET /api/share/:id/data", path: api("/data"), expected: SHOWN },
  { route: "GET /api/share/:id/metadata", path: api("/metadata"), expected: SHOWN },
  { route: "GET /api/share/:id/events", path: api("/events"), expected: SHOWN },
  { route: "GET /api/share/:id/segments", path: api("/segments"), expected: STORED },
  {
    route: "GET /api/share/:id/segments/:segment",
    path: (subject) => `/api/share/${subject.id}/segments/${subject.segment}`,
    expected: STORED,
  },

  {
    route: "POST /api/share",
    path: "/api/share",
    body: ({ sessionID }) => ({ sessionID }),
    expected: { open: same(CREATED), locked: same(CREATED) },
    changes: true,
  },
  {
    route: "POST /api/share/presign",
    path: "/api/share/presign",
    body: ({ sessionID }, { owner }, baseUrl) => ({
      sessionId: sessionID,
      owner: owner.prove({ action: "create", baseUrl, sessionID }),
    }),
    expected: { open: same(CREATED), locked: same(CREATED) },
    changes: true,
  },
  {
    route: "POST /api/share/recover",
    path: "/api/share/recover",
    body: ({ sessionID }, { owner }, baseUrl) => ({
      sessionId: sessionID,
      owner: owner.prove({ action: "recover", baseUrl, sessionID }),
    }),
    expected: { open: RECOVERED, locked: RECOVERED },
    changes: true,
  },
  {
    route: "POST /api/share/:id/sync",
    path: api("/sync"),
    body: (_, { secret }) => ({ secret, data: [] }),
    // Of the other door.
    expected: writes({ active: 409, revoked: 410 }),
  },
  {
    route: "POST /api/share/:id/sync as OpenCode's",
    path: api("/sync"),
    body: (_, { secret }) => ({ secret, data: [] }),
    expected: writes({ active: 200, revoked: 410 }),
    native: true,
  },
  {
    route: "POST /api/share/:id/presign",
    path: api("/presign"),
    body: () => ({ tickets: [] }),
    expected: writes({ active: 200, revoked: 410 }),
  },
  {
    route: "POST /api/share/:id/deltas",
    path: api("/deltas"),
    body: () => ({}),
    expected: writes({ active: 200, revoked: 410 }),
  },
  {
    route: "DELETE /api/share/:id",
    path: api(""),
    body: (_, { secret }) => ({ secret }),
    expected: { open: REMOVED(410), locked: REMOVED(404) },
    changes: true,
  },
  {
    route: "PUT /api/upload/*",
    path: (subject) => `/api/upload/shares/${subject.id}/plain.json?expires=99999999999999&signature=guessed`,
    body: () => ({}),
    expected: { open: same({ all: 403 }), locked: same({ all: 403 }) },
  },
]
