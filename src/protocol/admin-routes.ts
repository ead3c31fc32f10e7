import * as z from "zod/mini"
import { AUDIT_EVENTS } from "./audit.ts"
import { type Route, shareParams } from "./routes.ts"

/** The operator's API, beside ROUTES and in the same form: everything takes the admin token. */

const time = z
  .string()
  .check(z.refine((text) => !Number.isNaN(Date.parse(text)), "must be a time in ISO 8601"))
const isoTime = z.optional(z.string())

export const tokenBody = z.object({
  /** Stands in the audit, and is never given again. */
  name: z
    .string()
    .check(
      z.regex(
        /^(?!env-)[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
        "must be 1 to 64 letters, digits, '.', '_' or '-', and not begin with env-",
      ),
    ),
  /** Limits of its own, by what is limited. */
  limits: z.optional(z.record(z.string().check(z.maxLength(64)), z.int().check(z.gte(0), z.lte(1_000_000)))),
})

export const tokenParams = z.object({ token: z.string().check(z.maxLength(64)) })

const tokenSchema = z.object({
  id: z.string(),
  name: z.string(),
  createdAt: isoTime,
  revokedAt: isoTime,
  lastUsedAt: isoTime,
  limits: z.optional(z.record(z.string(), z.number())),
})
export type TokenAnswer = z.infer<typeof tokenSchema>

export const auditQuery = z.object({
  since: z.optional(time),
  /** The first moment that is not wanted any more. */
  until: z.optional(time),
  event: z.optional(z.enum(AUDIT_EVENTS)),
  share: z.optional(shareParams.shape.id),
})

const ALWAYS = ["unauthorized", "rate_limited", "unavailable"] as const
const WITH_BODY = [
  "invalid_json",
  "invalid_request",
  ...ALWAYS,
  "too_large",
  "unsupported_media_type",
] as const

export const ADMIN_ROUTES = {
  listTokens: {
    method: "GET",
    path: "/api/admin/tokens",
    summary: "All tokens that create, those of the environment and revoked ones among them.",
    answer: z.object({ tokens: z.array(tokenSchema) }),
    errors: ALWAYS,
    auth: "admin",
  },
  createToken: {
    method: "POST",
    path: "/api/admin/tokens",
    summary: "Make a token. Its text is shown this once.",
    body: tokenBody,
    answer: z.object({ token: tokenSchema, text: z.string() }),
    errors: [...WITH_BODY, "conflict"],
    auth: "admin",
  },
  revokeToken: {
    method: "DELETE",
    path: "/api/admin/tokens/:token",
    summary: "Revoke a token: it creates nothing any more. Its shares stay.",
    params: tokenParams,
    answer: z.object({ token: tokenSchema }),
    errors: [...ALWAYS, "not_found", "conflict"],
    auth: "admin",
  },
  readAudit: {
    method: "GET",
    path: "/api/admin/audit",
    summary: "The audit, a line of JSON for each entry, the oldest first.",
    query: auditQuery,
    answer: "application/x-ndjson",
    errors: [...ALWAYS, "invalid_request"],
    auth: "admin",
  },
  rotateAdminToken: {
    method: "POST",
    path: "/api/admin/token",
    summary:
      "A new admin token, shown this once. The old one opens nothing more, and all admin sessions end.",
    answer: z.object({ token: z.string() }),
    errors: ALWAYS,
    auth: "admin",
  },
  enterAdmin: {
    method: "POST",
    path: "/api/admin/entry",
    summary: "A link that lets one browser in as admin, once, within ten minutes.",
    answer: z.object({ url: z.string() }),
    errors: ALWAYS,
    auth: "admin",
  },
} as const satisfies Record<string, Route>
