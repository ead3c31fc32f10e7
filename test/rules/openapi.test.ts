import { afterAll, beforeAll, expect, test } from "vitest"
import * as z from "zod/mini"
import { ADMIN_ROUTES } from "../../src/protocol/admin-routes.ts"
import { ERROR_STATUS } from "../../src/protocol/errors.ts"
import { ROUTES, type Route, type RouteName } from "../../src/protocol/routes.ts"
import { claimOf, createDirectClient, pack, put, unpack, wishOf } from "../direct-client.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { createOwner } from "../owner.ts"
import { createWorld, type World } from "../world.ts"

let world: World
let client: ReturnType<typeof createNativeClient>
beforeAll(async () => {
  world = await createWorld()
  client = createNativeClient(world.url)
})
afterAll(() => world.close())

interface Operation {
  operationId: string
  requestBody?: { content: Record<string, { schema: { properties?: object; required?: string[] } }> }
  responses: Record<string, { content: Record<string, unknown> }>
}

test("the OpenAPI document has every route, with its body and its errors", async () => {
  const { body } = await client.call<{ openapi: string; paths: Record<string, Record<string, Operation>> }>(
    "GET",
    "/api/doc",
  )
  expect(body.openapi).toBe("3.1.0")
  const all = { ...ROUTES, ...ADMIN_ROUTES }
  const operations = Object.values(body.paths).flatMap((methods) => Object.values(methods))
  expect(operations.map(({ operationId }) => operationId).sort()).toEqual(Object.keys(all).sort())
  for (const [name, route] of Object.entries<Route>(all)) {
    const operation = operations.find(({ operationId }) => operationId === name)
    const statuses = [200, ...[...route.errors, "internal" as const].map((code) => ERROR_STATUS[code])]
    expect(Object.keys(operation?.responses ?? {}), name).toEqual([...new Set(statuses)].sort().map(String))
    expect(operation?.requestBody !== undefined, name).toBe(route.body !== undefined || route.bytes === true)
  }
  const create = body.paths["/api/share"]?.post?.requestBody?.content["application/json"]?.schema
  expect(create).toMatchObject({ required: ["sessionID"], properties: { sessionID: { type: "string" } } })
})

test("what the server answers is what the routes describe", async () => {
  const holds = (name: RouteName, body: unknown) => {
    const { answer } = ROUTES[name]
    if (typeof answer === "string") throw new Error(`${name} answers a stream`)
    const result = z.safeParse(answer, body)
    expect(result.error?.issues ?? [], name).toEqual([])
    return body
  }
  const created = (await client.create("ses_1")).body
  holds("createShare", created)
  holds("syncShare", (await client.sync(created.id, created.secret, [itemsOf("ses_1").session()])).body)
  holds("readShareData", (await client.data(created.id)).body)
  holds("readShareMetadata", (await client.call("GET", `/api/share/${created.id}/metadata`)).body)
  holds("health", (await client.call("GET", "/api/health")).body)
  holds("readShare", (await client.call("GET", `/api/share/${created.id}`)).body)
  holds("deleteShare", (await client.remove(created.id, created.secret)).body)

  const direct = createDirectClient(world.url)
  const owner = createOwner()
  const prove = (action: "create" | "recover") =>
    owner.prove({ action, baseUrl: world.url, sessionID: "ses_owned" })
  const owned = { sessionId: "ses_owned", tickets: [], owner: prove("create") }
  holds("reserveShare", (await direct.reserve(owned)).body)
  const recovered = await direct.recover({ sessionId: "ses_owned", owner: prove("recover") })
  holds("recoverShare", recovered.body)
  holds("passDeltas", (await direct.pass(recovered.body.shareId, recovered.body.secret, {})).body)
  const packed = pack([itemsOf("ses_2").session()])
  const reserved = (await direct.reserve({ sessionId: "ses_2", tickets: [wishOf(packed)] })).body
  holds("reserveShare", reserved)
  holds("reserveShare", (await direct.reserve({ sessionId: "ses_3" })).body)
  const [ticket] = reserved.tickets
  if (!ticket) throw new Error("no ticket")
  await put(ticket, packed.body)
  const commit = { segments: [claimOf(ticket, packed)] }
  holds("presignShare", (await direct.presign(reserved.shareId, reserved.secret, { commit })).body)
  holds("readShareManifest", (await direct.manifest(reserved.shareId, reserved.secret)).body)
  expect(unpack(await direct.segment(reserved.shareId, reserved.secret, ticket.segment))).toHaveLength(1)
})
