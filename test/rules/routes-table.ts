import type { ActorName, Credentials, StateName, Subject } from "./route-subjects.ts"

/** Whom an answer depends on: everybody who is not named is answered as `all`. */
type Line = { all: number } & Partial<Record<ActorName, number>>

/** What is answered of a share in each state, by a server that is open to its links and by one that is locked. */
export interface Expected {
  open: Record<StateName, Line>
  locked: Record<StateName, Line>
}

const same = (line: Line): Record<StateName, Line> => ({
  active: line,
  revoked: line,
  expired: line,
  password: line,
  private: line,
  unknown: line,
})

/** Behind a lock, those with a key are answered as elsewhere. */
function keyed(status: number, keys: readonly ActorName[]): Line {
  return { all: 401, ...Object.fromEntries(keys.map((key) => [key, status])) }
}

/** A server's own, which depends on no share. */
function own(status: number): Expected {
  return { open: same({ all: status }), locked: same(keyed(status, ["password"])) }
}

function reads(status: {
  active: number
  revoked: number
  unknown: number
  /** To whom a password, or being its owner, would help. */
  closed?: { password: number; private: number }
}): Expected {
  const { active, revoked, unknown, closed = { password: 401, private: 404 } } = status
  const others: ActorName[] = ["token", "owner", "password", "admin"]
  return {
    open: {
      active: { all: active },
      revoked: { all: revoked },
      expired: { all: revoked },
      // Its secret opens it, and nothing else that is brought here.
      password: { all: closed.password, secret: active, admin: active, operator: active },
      private: { all: closed.private, secret: active, admin: active, operator: active },
      unknown: { all: unknown },
    },
    locked: {
      active: keyed(active, ["secret", ...others]),
      revoked: keyed(revoked, ["secret", ...others]),
      expired: keyed(revoked, ["secret", ...others]),
      password: { ...keyed(closed.password, others), secret: active, admin: active },
      private: { ...keyed(closed.private, others), secret: active, admin: active },
      // No secret is one of a share that does not exist.
      unknown: keyed(unknown, others),
    },
  }
}

/** What asks for the secret itself, and is not locked: who brings none is told that one is missing. */
function writes(status: { active: number; revoked: number; closed?: number }): Expected {
  const { active, revoked, closed = active } = status
  const without = { all: 400, wrongSecret: 404, deleteSecret: 404 }
  const lines = {
    active: { ...without, secret: active },
    revoked: { ...without, secret: revoked },
    expired: { ...without, secret: revoked },
    // Who may see it is no matter of who may write to it.
    password: { ...without, secret: closed },
    private: { ...without, secret: closed },
    unknown: { ...without, secret: 404 },
  }
  return { open: lines, locked: lines }
}

const SHOWN = reads({ active: 200, revoked: 410, unknown: 404 })
const REDIRECTED = reads({
  active: 302,
  revoked: 302,
  unknown: 302,
  closed: { password: 302, private: 302 },
})
const CREATED = { all: 401, token: 200, owner: 200 }
const RECOVERED = {
  active: { all: 401, token: 404, owner: 200 },
  revoked: { all: 401, token: 404, owner: 404 },
  expired: { all: 401, token: 404, owner: 404 },
  password: { all: 401, token: 404, owner: 200 },
  private: { all: 401, token: 404, owner: 200 },
  unknown: { all: 401, token: 404, owner: 404 },
}
/** What is stored as it was put is for those who may write. */
const STORED: Expected = {
  open: {
    active: { all: 400, wrongSecret: 404, deleteSecret: 404, secret: 200 },
    revoked: { all: 410, wrongSecret: 404, deleteSecret: 404, secret: 410 },
    expired: { all: 410, wrongSecret: 404, deleteSecret: 404, secret: 410 },
    password: { all: 401, wrongSecret: 404, deleteSecret: 404, secret: 200, admin: 400, operator: 400 },
    private: { all: 404, secret: 200, admin: 400, operator: 400 },
    unknown: { all: 404 },
  },
  locked: {
    active: { all: 401, secret: 200, token: 400, owner: 400, password: 400, admin: 400 },
    revoked: { all: 401, secret: 410, token: 410, owner: 410, password: 410, admin: 410 },
    expired: { all: 401, secret: 410, token: 410, owner: 410, password: 410, admin: 410 },
    // Who runs the server may see it, and is then asked for the secret that writes.
    password: { all: 401, secret: 200, admin: 400 },
    private: { all: 401, secret: 200, token: 404, owner: 404, password: 404, admin: 400 },
    unknown: { all: 401, token: 404, owner: 404, password: 404, admin: 404 },
  },
}
/** The operator's own, which no lock stands before: it asks for the admin token itself. */
function operators(status: number): Expected {
  return { open: same({ all: 401, admin: status }), locked: same({ all: 401, admin: status }) }
}

/** The same of one share. */
function operatorsOf(status: Record<StateName, number>): Expected {
  const lines = Object.fromEntries(
    Object.entries(status).map(([state, admin]) => [state, { all: 401, admin }]),
  ) as Record<StateName, Line>
  return { open: lines, locked: lines }
}

/** Of what is theirs, whoever asks: a secret opens its own share while that is there. */
const HELD: Record<StateName, Line> = {
  ...same({ all: 404 }),
  active: { all: 404, secret: 200 },
  password: { all: 404, secret: 200 },
  private: { all: 404, secret: 200 },
}

/** The operator's pages: whoever was not let in is led to where they can be, and no form of theirs is taken. */
function desk(method: "GET" | "POST", status: number | Record<StateName, number>): Expected {
  const others = method === "GET" ? 303 : 403
  const states = typeof status === "number" ? same({ all: others, operator: status }) : undefined
  const lines = Object.fromEntries(
    Object.entries(status).map(([state, operator]) => [state, { all: others, operator }]),
  ) as Record<StateName, Line>
  return { open: states ?? lines, locked: same(keyed(others, ["password"])) }
}

/** Who gives a password that is none. */
const UNLOCKED: Record<StateName, Line> = {
  active: { all: 409 },
  revoked: { all: 410 },
  expired: { all: 410 },
  password: { all: 403 },
  private: { all: 404 },
  unknown: { all: 404 },
}
const behindLock = (lines: Record<StateName, Line>): Record<StateName, Line> =>
  Object.fromEntries(
    Object.entries(lines).map(([state, { all }]) => [state, keyed(all, ["password"])]),
  ) as Record<StateName, Line>

const REMOVED = (wrong: number): Record<StateName, Line> => ({
  active: { all: 400, wrongSecret: 404, secret: 200, deleteSecret: 200 },
  // A tombstone is public, but behind a lock.
  revoked: { all: 400, wrongSecret: wrong, secret: 200, deleteSecret: 200 },
  // Until its deletion is noted it is as one that is not there, to who has no secret.
  expired: { all: 400, wrongSecret: 404, secret: 200, deleteSecret: 200 },
  password: { all: 400, wrongSecret: 404, secret: 200, deleteSecret: 200 },
  private: { all: 400, wrongSecret: 404, secret: 200, deleteSecret: 200 },
  unknown: { all: 400, wrongSecret: 404, secret: 404, deleteSecret: 404 },
})

const ALL_STATES = { active: 200, revoked: 200, expired: 200, password: 200, private: 200 }

let made = 0

export interface Row {
  /** As the router spells it. What stands behind ` as ` only tells rows of one route apart. */
  route: string
  path: string | ((subject: Subject) => string)
  body?: (subject: Subject, by: Credentials, url: string) => unknown
  /** In the place of a body. */
  form?: Record<string, string> | ((subject: Subject) => Record<string, string>)
  expected: Expected
  /** Each asking changes something, or is counted, so each gets a share of its own. */
  changes?: true
  /** Who is not asked. */
  without?: readonly ActorName[]
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
  ...["GET /api/health/live", "GET /api/health/ready"].map((route) => ({
    route,
    path: route.slice("GET ".length),
    expected: { open: same({ all: 200 }), locked: same({ all: 200 }) },
  })),
  {
    route: "GET /metrics",
    path: "/metrics",
    // Whoever asks comes by a proxy here, and so from elsewhere.
    expected: {
      open: same({ all: 404, admin: 200 }),
      locked: same({ all: 401, password: 404, admin: 200 }),
    },
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
    expected: writes({ active: 200, revoked: 410, closed: 409 }),
    native: true,
  },
  {
    route: "POST /api/share/:id/presign",
    path: api("/presign"),
    body: () => ({ tickets: [] }),
    expected: writes({ active: 200, revoked: 410 }),
  },
  {
    route: "POST /api/share/:id/redact",
    path: api("/redact"),
    body: () => ({ rules: [{ id: "of-the-table", kind: "text", text: "what nobody said" }] }),
    expected: writes({ active: 200, revoked: 410 }),
    changes: true,
  },
  {
    route: "POST /api/share/:id/redact/sealed",
    path: api("/redact/sealed"),
    body: ({ segment }) => ({
      rules: [{ id: "of-the-table", sealed: "AAAA", occurrences: 0 }],
      segments: [{ segment, bytes: 1, sha256: "0".repeat(64), items: 1, contentBytes: 1 }],
      ...{ items: 0, after: 1, epoch: 0, head: "AAAA" },
    }),
    // One that is encrypted.
    expected: writes({ active: 409, revoked: 410 }),
  },
  {
    route: "PUT /api/share/:id/segments/:segment",
    path: (subject) => `/api/share/${subject.id}/segments/${subject.segment}`,
    body: () => "sealed",
    expected: writes({ active: 409, revoked: 410 }),
  },
  { route: "GET /api/share/:id/redactions", path: api("/redactions"), expected: STORED },
  {
    route: "POST /api/share/:id/deltas",
    path: api("/deltas"),
    body: () => ({}),
    expected: writes({ active: 200, revoked: 410 }),
  },
  {
    route: "PATCH /api/share/:id",
    path: api(""),
    body: () => ({}),
    expected: writes({ active: 200, revoked: 410 }),
  },
  {
    route: "POST /api/share/:id/unlock",
    path: api("/unlock"),
    body: () => ({ password: "no password" }),
    expected: { open: UNLOCKED, locked: behindLock(UNLOCKED) },
    changes: true,
  },
  {
    route: "POST /share/:id/unlock",
    path: share("/unlock"),
    form: { password: "no password" },
    // A browser is led to what asks for no password.
    expected: {
      open: { ...UNLOCKED, active: { all: 303 } },
      locked: behindLock({ ...UNLOCKED, active: { all: 303 } }),
    },
    changes: true,
  },
  {
    route: "POST /api/owner/shares",
    path: "/api/owner/shares",
    body: ({ id }, { secret, owner }, baseUrl) => ({
      ...(secret && { shares: [{ id, secret }] }),
      owner: owner.prove({ action: "list", baseUrl }),
    }),
    // Every key has a list of its own, be it empty.
    expected: { open: same({ all: 200 }), locked: same({ all: 200 }) },
  },
  {
    route: "POST /api/owner/entry",
    path: "/api/owner/entry",
    body: ({ id }, { secret }) => (secret ? { shares: [{ id, secret }] } : {}),
    expected: { open: HELD, locked: HELD },
  },
  { route: "GET /api/sessions", path: "/api/sessions", expected: own(404) },
  { route: "GET /sessions", path: "/sessions", expected: own(404) },
  { route: "GET /shares", path: "/shares", expected: own(200) },
  { route: "GET /shares/:id", path: ({ id }) => `/shares/${id}`, expected: own(403) },
  {
    route: "POST /shares/open",
    path: "/shares/open",
    form: { link: "nowhere", secret: "none" },
    expected: own(400),
  },
  { route: "GET /shares/:id/redact", path: ({ id }) => `/shares/${id}/redact`, expected: own(403) },
  ...["leave", "revoke", ":id/access", ":id/redact", ":id/revoke", ":id/secret"].map(
    (rest): Row => ({
      route: `POST /shares/${rest}`,
      path: ({ id }) => `/shares/${rest.replace(":id", id)}`,
      form: {},
      // Nobody here has been let in.
      expected: own(403),
    }),
  ),
  { route: "GET /enter", path: `/enter?code=${"c".repeat(43)}`, expected: own(200) },
  { route: "POST /enter", path: "/enter", form: { code: "c".repeat(43) }, expected: own(403) },
  {
    route: "DELETE /api/share/:id",
    path: api(""),
    body: (_, { secret }) => ({ secret }),
    expected: { open: REMOVED(410), locked: REMOVED(404) },
    changes: true,
  },
  { route: "GET /api/admin/overview", path: "/api/admin/overview", expected: operators(200) },
  { route: "GET /api/admin/audit", path: "/api/admin/audit", expected: operators(200) },
  { route: "GET /api/admin/shares", path: "/api/admin/shares", expected: operators(200) },
  { route: "GET /api/admin/tokens", path: "/api/admin/tokens", expected: operators(200) },
  {
    route: "POST /api/admin/tokens",
    path: "/api/admin/tokens",
    body: ({ id }) => ({ name: `of-${id.slice(0, 20)}-${++made}` }),
    expected: operators(200),
  },
  {
    route: "DELETE /api/admin/tokens/:token",
    path: "/api/admin/tokens/no-such-token",
    expected: operators(404),
  },
  { route: "GET /api/admin/blocks", path: "/api/admin/blocks", expected: operators(200) },
  {
    route: "POST /api/admin/blocks",
    path: "/api/admin/blocks",
    body: () => ({ kind: "address", value: "192.0.2.1" }),
    expected: operators(200),
  },
  {
    route: "DELETE /api/admin/blocks",
    path: "/api/admin/blocks",
    body: () => ({ kind: "address", value: "192.0.2.99" }),
    expected: operators(404),
  },
  { route: "POST /api/admin/entry", path: "/api/admin/entry", expected: operators(200) },
  {
    route: "POST /api/admin/shares/:id/secret",
    path: (subject) => `/api/admin/shares/${subject.id}/secret`,
    expected: operatorsOf({
      active: 200,
      password: 200,
      private: 200,
      revoked: 410,
      expired: 410,
      unknown: 404,
    }),
    changes: true,
  },
  {
    route: "DELETE /api/admin/shares/:id",
    path: (subject) => `/api/admin/shares/${subject.id}`,
    body: () => ({ reason: "the test takes it down" }),
    expected: operatorsOf({
      active: 200,
      password: 200,
      private: 200,
      revoked: 200,
      expired: 200,
      unknown: 404,
    }),
    changes: true,
  },
  {
    route: "POST /api/admin/token",
    path: "/api/admin/token",
    expected: operators(401),
    // It would have another token then. What it is answered, says admin.test.ts.
    without: ["admin"],
  },
  { route: "GET /admin", path: "/admin", expected: own(200) },
  { route: "POST /admin/enter", path: "/admin/enter", form: { token: "bsa_wrong" }, expected: own(401) },
  {
    route: "POST /admin/leave",
    path: "/admin/leave",
    form: {},
    expected: desk("POST", 303),
    // It would be out then. What it is answered, says admin-pages.test.ts.
    without: ["operator"],
  },
  { route: "GET /admin/shares", path: "/admin/shares", expected: desk("GET", 200) },
  {
    route: "GET /admin/shares/:id",
    path: (subject) => `/admin/shares/${subject.id}`,
    expected: desk("GET", { ...ALL_STATES, unknown: 404 }),
  },
  {
    route: "POST /admin/shares/:id/take-down",
    path: (subject) => `/admin/shares/${subject.id}/take-down`,
    form: { reason: "the test takes it down" },
    expected: desk("POST", {
      active: 303,
      password: 303,
      private: 303,
      revoked: 303,
      expired: 303,
      unknown: 404,
    }),
    changes: true,
  },
  {
    route: "POST /admin/shares/:id/secret",
    path: (subject) => `/admin/shares/${subject.id}/secret`,
    form: {},
    expected: desk("POST", { ...ALL_STATES, revoked: 410, expired: 410, unknown: 404 }),
    changes: true,
  },
  { route: "GET /admin/tokens", path: "/admin/tokens", expected: desk("GET", 200) },
  {
    route: "POST /admin/tokens",
    path: "/admin/tokens",
    form: ({ id }) => ({ name: `page-${id.slice(0, 20)}-${++made}` }),
    expected: desk("POST", 200),
  },
  {
    route: "POST /admin/tokens/:token/revoke",
    path: "/admin/tokens/no-such-token/revoke",
    form: {},
    expected: desk("POST", 404),
  },
  { route: "GET /admin/blocks", path: "/admin/blocks", expected: desk("GET", 200) },
  {
    route: "POST /admin/blocks",
    path: "/admin/blocks",
    form: { kind: "address", value: "192.0.2.1" },
    expected: desk("POST", 303),
  },
  {
    route: "POST /admin/blocks/remove",
    path: "/admin/blocks/remove",
    form: { kind: "address", value: "192.0.2.99" },
    expected: desk("POST", 404),
  },
  { route: "GET /admin/audit", path: "/admin/audit", expected: desk("GET", 200) },
  { route: "GET /admin/audit.jsonl", path: "/admin/audit.jsonl", expected: desk("GET", 200) },
  {
    route: "PUT /api/upload/*",
    path: (subject) => `/api/upload/shares/${subject.id}/plain.json?expires=99999999999999&signature=guessed`,
    body: () => ({}),
    expected: { open: same({ all: 403 }), locked: same({ all: 403 }) },
  },
]
