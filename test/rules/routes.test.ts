import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { FORM_TOKEN } from "../../src/api/browser-session.ts"
import { ADMIN_ROUTES } from "../../src/protocol/admin-routes.ts"
import { BY_ITSELF } from "../../src/protocol/audit.ts"
import { ROUTES } from "../../src/protocol/routes.ts"
import { type CountingApp, createCountingApp } from "../counting-app.ts"
import { createWorld, type World } from "../world.ts"
import {
  ACTORS,
  type ActorName,
  type Credentials,
  clockOfTests,
  LOCK,
  nativeShare,
  type Other,
  STATES,
  type StateName,
  type Subject,
  TOKEN,
} from "./route-subjects.ts"
import { ROWS, type Row } from "./routes-table.ts"

const SITES = ["open", "locked"] as const
type Site = (typeof SITES)[number]

let worlds: Record<Site, World>
let app: CountingApp
/** Those that nobody changes, one a state. */
let shared: Record<Site, Record<StateName, Subject>>
/** Whose secret is everybody's wrong one. */
let other: Record<Site, Other>

beforeAll(async () => {
  app = await createCountingApp()
  const [open, locked] = [
    await createWorld({ createTokens: [TOKEN], now: clockOfTests, trustedProxies: ["127.0.0.1"] }),
    await createWorld({
      createTokens: [TOKEN],
      lock: LOCK,
      now: clockOfTests,
      trustedProxies: ["127.0.0.1"],
    }),
  ]
  worlds = { open, locked }
  shared = { open: await eachState(open), locked: await eachState(locked) }
  other = { open: await otherOf(open), locked: await otherOf(locked) }
})
afterAll(() => Promise.all([app.close(), ...Object.values(worlds).map((world) => world.close())]))

async function otherOf(world: World): Promise<Other> {
  const adminToken = await world.trust.admin.rotate(BY_ITSELF)
  const { sessions } = world.trust
  const { secret } = await sessions.start("admin", {})
  const session = await sessions.find("admin", secret)
  const formToken = session ? await sessions.formToken(session) : ""
  return { ...(await STATES.active(world)), adminToken, operator: { secret, formToken } }
}

async function eachState(world: World): Promise<Record<StateName, Subject>> {
  const made = {} as Record<StateName, Subject>
  for (const state of namesOf(STATES)) made[state] = await STATES[state](world)
  return made
}

function namesOf<T extends object>(table: T): (keyof T)[] {
  return Object.keys(table) as (keyof T)[]
}

test("[W1] the table has every route that the server answers, and no other", () => {
  const answered = app.routes
    .filter(({ method }) => method !== "ALL")
    .map(({ method, path }) => `${method} ${path}`)
  const described = ROWS.map(({ route }) => route.replace(/ as .*$/, ""))
  expect([...new Set(described)].sort()).toEqual([...new Set(answered)].sort())
  // What stands before all others or answers wrong methods, and nothing that answers anything else.
  const rest = new Set(app.routes.filter(({ method }) => method === "ALL").map(({ path }) => path))
  const known = [
    "/*",
    "/api/share/*",
    "/api/upload/*",
    "/share/*",
    "/s/*",
    "/enter",
    "/api/owner/*",
    "/shares",
    "/shares/*",
    "/sessions",
    "/api/sessions",
    "/api/admin/*",
    "/admin/*",
    ...Object.values(ROUTES).map(({ path }) => path),
    ...Object.values(ADMIN_ROUTES).map(({ path }) => path),
  ]
  expect([...rest].filter((path) => !known.includes(path))).toEqual([])
})

async function subjectOf(row: Row, site: Site, state: StateName): Promise<Subject> {
  if (row.native && state === "active") return nativeShare(worlds[site])
  return row.changes ? STATES[state](worlds[site]) : shared[site][state]
}

let asked = 0

/** Nobody asks so often that they are told to wait. */
function nextAddress(): string {
  asked++
  return `10.${(asked >> 16) & 255}.${(asked >> 8) & 255}.${asked & 255}`
}

async function ask(row: Row, site: Site, state: StateName, actor: ActorName): Promise<number> {
  const { url } = worlds[site]
  const subject = await subjectOf(row, site, state)
  const by: Credentials = ACTORS[actor](subject, other[site])
  const [method = "GET"] = row.route.split(" ")
  const path = typeof row.path === "string" ? row.path : row.path(subject)
  const form = typeof row.form === "function" ? row.form(subject) : row.form
  const body = form
    ? new URLSearchParams({ ...form, ...(by.formToken && { [FORM_TOKEN]: by.formToken }) }).toString()
    : row.body && JSON.stringify(row.body(subject, by, url))
  const type = form ? "application/x-www-form-urlencoded" : "application/json"
  const response = await fetch(`${url}${path}`, {
    method,
    redirect: "manual",
    headers: {
      ...by.headers,
      "x-forwarded-for": nextAddress(),
      ...(body !== undefined && { "content-type": type }),
    },
    ...(body !== undefined && { body }),
  })
  await response.body?.cancel()
  return response.status
}

describe("[W1][W2][W3][W4][S6] who is answered what", () => {
  for (const row of ROWS) {
    test(row.route, async () => {
      const answered: Record<string, Record<string, number>> = {}
      const expected: Record<string, Record<string, number>> = {}
      for (const site of SITES) {
        for (const state of namesOf(STATES)) {
          const { all, ...special } = row.expected[site][state]
          const actors = namesOf(ACTORS).filter((actor) => !row.without?.includes(actor))
          const statuses = await Promise.all(actors.map((actor) => ask(row, site, state, actor)))
          const place = `${state}, ${site}`
          answered[place] = Object.fromEntries(actors.map((actor, at) => [actor, statuses[at] ?? 0]))
          expected[place] = Object.fromEntries(actors.map((actor) => [actor, special[actor] ?? all]))
        }
      }
      expect(answered).toEqual(expected)
    })
  }
})
