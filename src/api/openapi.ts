import * as z from "zod/mini"
import { ADMIN_ROUTES } from "../protocol/admin-routes.ts"
import { ERROR_STATUS, type ErrorCode } from "../protocol/errors.ts"
import { ROUTES, type Route } from "../protocol/routes.ts"
import type { ApiConfig } from "./context.ts"
import { areaOf } from "./lock.ts"

const BEARER = { type: "http", scheme: "bearer" }

/** The OpenAPI 3.1 document, made of the route table that the server itself parses with. */
export function describeApi({ baseUrl, version, needsToken, lock }: ApiConfig): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const [name, route] of Object.entries<Route>({ ...ROUTES, ...ADMIN_ROUTES })) {
    const path = route.path.replace(/:(\w+)/g, "{$1}")
    paths[path] = {
      ...paths[path],
      [route.method.toLowerCase()]: describeRoute(name, route, {
        needsToken,
        locked: lock !== undefined && areaOf(route.method, route.path) !== "open",
      }),
    }
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Better Share",
      version,
      description: "Errors are always {error: {code, message}}; the codes of each status are a closed list.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: baseUrl }],
    paths,
    components: {
      securitySchemes: {
        createToken: BEARER,
        adminToken: BEARER,
        lock: { type: "http", scheme: "basic" },
        shareSecret: { type: "apiKey", in: "header", name: "x-share-secret" },
      },
    },
  }
}

function describeRoute(
  operationId: string,
  route: Route,
  { needsToken, locked }: { needsToken: boolean; locked: boolean },
): object {
  return {
    operationId,
    summary: route.summary,
    parameters: [
      ...describeParameters("path", route.params),
      ...describeParameters("query", route.query),
      ...describeParameters("header", route.headers),
    ],
    ...(route.body && {
      requestBody: {
        required: !route.bodyOptional,
        content: { "application/json": { schema: toSchema(route.body) } },
      },
    }),
    ...(route.bytes && { requestBody: { required: true, content: { "application/octet-stream": {} } } }),
    ...(route.auth === "admin" && { security: [{ adminToken: [] }] }),
    ...(route.auth === "create" && needsToken && { security: [{ createToken: [] }] }),
    ...(locked && { security: [{ lock: [] }, { createToken: [] }, { shareSecret: [] }] }),
    responses: {
      "200": describeAnswer(route),
      ...describeErrors([...route.errors, "internal", ...(locked ? (["unauthorized"] as const) : [])]),
    },
  }
}

function describeAnswer({ answer }: Route): object {
  if (typeof answer === "string") return { description: "OK", content: { [answer]: {} } }
  return { description: "OK", content: { "application/json": { schema: toSchema(answer) } } }
}

function describeErrors(errors: readonly ErrorCode[]): Record<string, object> {
  const codes = new Map<number, string[]>()
  for (const code of errors) {
    const status = ERROR_STATUS[code]
    codes.set(status, [...(codes.get(status) ?? []), code])
  }
  return Object.fromEntries(
    [...codes].map(([status, names]) => [
      String(status),
      { description: names.join(", "), content: { "application/json": { schema: errorSchema(names) } } },
    ]),
  )
}

function errorSchema(codes: string[]): object {
  return {
    type: "object",
    required: ["error"],
    properties: {
      error: {
        type: "object",
        required: ["code", "message"],
        properties: { code: { enum: codes }, message: { type: "string" } },
      },
    },
  }
}

function describeParameters(
  place: "path" | "query" | "header",
  schema: z.core.$ZodType | undefined,
): object[] {
  if (!schema) return []
  const { properties = {}, required = [] } = toSchema(schema)
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: required.includes(name),
    schema: property,
  }))
}

function toSchema(schema: z.core.$ZodType): z.core.JSONSchema.BaseSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input" })
  return rest
}
