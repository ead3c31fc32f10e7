import * as z from "zod/mini"
import type { ErrorCode } from "./errors.ts"
import { OPENCODE_ID, SHARE_ID } from "./ids.ts"
import { itemSchema } from "./item.ts"
import "./zod-messages.ts"

/**
 * Every route of the API, once: client and server take paths, bodies and answers from here, and `/api/doc` is made
 * of it. Schemas parse what comes from outside; answers are described for readers of the OpenAPI document.
 */

const secret = z.string().check(z.minLength(1), z.maxLength(256))
const sessionID = z.string().check(z.regex(OPENCODE_ID, "must be a session id such as ses_…"))

export const shareParams = z.object({
  id: z.string().check(z.regex(SHARE_ID, "must be 8 to 64 letters, digits, '_' or '-'")),
})

export const createBody = z.object({ sessionID })
export type CreateBody = z.infer<typeof createBody>

export const createAnswer = z.object({
  id: z.string(),
  url: z.string(),
  /** Shown this once; the server keeps only its hash. */
  secret: z.string(),
})
export type CreateAnswer = z.infer<typeof createAnswer>

/** The sync body as a whole, for the documentation: the server reads it as a stream (api/sync-body.ts). */
export const syncBody = z.object({ secret, data: z.array(itemSchema) })
export const syncAnswer = z.object({})

export const deleteBody = z.object({ secret })

export const receiptSchema = z.object({
  shareID: z.string(),
  revokedAt: z.string(),
  /** Stored objects deleted, and their bytes in storage. */
  objects: z.number(),
  bytes: z.number(),
  /** True when a listing of the store has shown that nothing is left. */
  final: z.boolean(),
  finishedAt: z.optional(z.string()),
})
/** What a deletion deleted. Times are ISO 8601, sizes are bytes as stored. */
export type Receipt = z.infer<typeof receiptSchema>

export const deleteAnswer = z.object({ ok: z.literal(true), receipt: receiptSchema })
export type DeleteAnswer = z.infer<typeof deleteAnswer>

export const dataQuery = z.object({ session: z.optional(sessionID) })
/** The revision that a page shows when it first connects. */
export const watchQuery = z.object({
  revision: z.optional(z.string().check(z.regex(/^\d{1,15}$/, "must be a revision"))),
})

export const itemsAnswer = z.array(itemSchema)

export const metadataAnswer = z.object({
  id: z.string(),
  sessionID: z.string(),
  revision: z.number(),
  createdAt: z.string(),
  updatedAt: z.string(),
})
export type MetadataAnswer = z.infer<typeof metadataAnswer>

export const healthAnswer = z.object({ ok: z.literal(true), version: z.string() })

export interface Route {
  method: "GET" | "POST" | "DELETE"
  /** Hono's spelling: `:id`. */
  path: string
  summary: string
  params?: z.core.$ZodType
  query?: z.core.$ZodType
  body?: z.core.$ZodType
  answer: z.core.$ZodType | "text/event-stream"
  errors: readonly ErrorCode[]
  /** Who may call it: anyone with the link, the holder of a secret (in the body), or the holder of a create token. */
  auth: "none" | "secret" | "create"
}

export const ROUTES = {
  createShare: {
    method: "POST",
    path: "/api/share",
    summary: "Create a share for a session. OpenCode calls this on /share.",
    body: createBody,
    answer: createAnswer,
    errors: [
      "invalid_json",
      "invalid_request",
      "unauthorized",
      "forbidden",
      "too_large",
      "unsupported_media_type",
    ],
    auth: "create",
  },
  syncShare: {
    method: "POST",
    path: "/api/share/:id/sync",
    summary: "Append items: one commit, and one revision, unless nothing changed.",
    params: shareParams,
    body: syncBody,
    answer: syncAnswer,
    errors: [
      "invalid_json",
      "invalid_request",
      "not_found",
      "gone",
      "too_large",
      "unsupported_media_type",
      "unavailable",
    ],
    auth: "secret",
  },
  readShareData: {
    method: "GET",
    path: "/api/share/:id/data",
    summary: "The root session's items in their last versions, as `opencode import` reads them.",
    params: shareParams,
    query: dataQuery,
    answer: itemsAnswer,
    errors: ["invalid_request", "not_found", "gone", "unavailable"],
    auth: "none",
  },
  deleteShare: {
    method: "DELETE",
    path: "/api/share/:id",
    summary: "Revoke a share and delete everything stored for it. The same answer when repeated.",
    params: shareParams,
    body: deleteBody,
    answer: deleteAnswer,
    errors: ["invalid_json", "invalid_request", "not_found", "gone", "too_large", "unsupported_media_type"],
    auth: "secret",
  },
  readShareMetadata: {
    method: "GET",
    path: "/api/share/:id/metadata",
    summary: "What the share is, without its content.",
    params: shareParams,
    answer: metadataAnswer,
    errors: ["invalid_request", "not_found", "gone"],
    auth: "none",
  },
  watchShare: {
    method: "GET",
    path: "/api/share/:id/events",
    summary:
      "Server-sent events that keep an open page in step. `Last-Event-ID` is the revision the page shows.",
    params: shareParams,
    query: watchQuery,
    answer: "text/event-stream",
    errors: ["invalid_request", "not_found", "gone", "unavailable"],
    auth: "none",
  },
  health: {
    method: "GET",
    path: "/api/health",
    summary: "Whether the server answers.",
    answer: healthAnswer,
    errors: [],
    auth: "none",
  },
} as const satisfies Record<string, Route>

export type RouteName = keyof typeof ROUTES

/** Fills a route's parameters: `routePath("readShareData", {id})` → `/api/share/abc…/data`. */
export function routePath(name: RouteName, params: Record<string, string> = {}): string {
  return ROUTES[name].path.replace(/:(\w+)/g, (_, key: string) => encodeURIComponent(params[key] ?? ""))
}
