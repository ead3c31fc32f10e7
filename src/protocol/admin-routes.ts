import * as z from "zod/mini"
import { AUDIT_EVENTS } from "./audit.ts"
import { deleteAnswer, type Route, shareParams } from "./routes.ts"
import { VISIBILITIES } from "./visibility.ts"

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
})

export const tokenParams = z.object({ token: z.string().check(z.maxLength(64)) })

const tokenSchema = z.object({
  id: z.string(),
  name: z.string(),
  createdAt: isoTime,
  revokedAt: isoTime,
  lastUsedAt: isoTime,
})
export type TokenAnswer = z.infer<typeof tokenSchema>

export const auditQuery = z.object({
  since: z.optional(time),
  /** The first moment that is not wanted any more. */
  until: z.optional(time),
  event: z.optional(z.enum(AUDIT_EVENTS)),
  share: z.optional(shareParams.shape.id),
})

export type AuditFilter = z.infer<typeof auditQuery>

export const sharesQuery = z.object({
  /** An id, or a part of a title. */
  search: z.optional(z.string().check(z.minLength(1), z.maxLength(200))),
  creator: z.optional(z.string().check(z.maxLength(64))),
  /** A token's id. */
  token: z.optional(z.string().check(z.maxLength(64))),
  state: z.optional(z.enum(["active", "revoked", "expired"])),
  /** What the answer before said as `next`. */
  after: z.optional(
    z.string().check(z.regex(/^\d{1,15}_[A-Za-z0-9_-]{8,64}$/, "must be what was said as next")),
  ),
  limit: z.optional(z.string().check(z.regex(/^([1-9]\d?|1\d\d|200)$/, "must be a number from 1 to 200"))),
})

export type SharesFilter = z.infer<typeof sharesQuery>

export const takeDownBody = z.object({
  /** Shown to whoever opens the link, as it is. */
  reason: z
    .string({ error: "must say why, in 1 to 500 characters" })
    .check(
      z.minLength(1, "must say why, in 1 to 500 characters"),
      z.maxLength(500, "must say why, in 1 to 500 characters"),
    ),
})

const sharesAnswer = z.object({
  /** The newest first. */
  shares: z.array(
    z.object({
      id: z.string(),
      title: z.optional(z.string()),
      state: z.enum(["active", "revoked", "expired"]),
      door: z.enum(["native", "direct"]),
      encrypted: z.boolean(),
      visibility: z.enum(VISIBILITIES),
      expiresAt: isoTime,
      /** Times that it was opened, as far as that has been noted. */
      views: z.number(),
      /** A hash: of a token, an owner's key or an address. */
      creator: z.optional(z.string()),
      /** Name and id of the token that it was created with. */
      token: z.optional(z.string()),
      tokenID: z.optional(z.string()),
      /** As stored, without what merges have replaced. */
      bytes: z.number(),
      createdAt: z.string(),
      updatedAt: z.string(),
      revokedAt: isoTime,
      /** Why it was taken down. */
      reason: z.optional(z.string()),
    }),
  ),
  /** Where there are more: what `after` takes. */
  next: z.optional(z.string()),
})
export type SharesAnswer = z.infer<typeof sharesAnswer>
export type ListedShare = SharesAnswer["shares"][number]

const reissueAnswer = z.object({
  secret: z.string(),
  /** Of the direct door. */
  deleteSecret: z.optional(z.string()),
})
export type ReissueAnswer = z.infer<typeof reissueAnswer>

const overviewAnswer = z.object({
  version: z.string(),
  /** As which the caller's address is taken: one of a proxy's where TRUSTED_PROXIES does not name it. */
  address: z.optional(z.string()),
  shares: z.object({ active: z.number(), revoked: z.number(), expired: z.number() }),
  storage: z.object({ segments: z.number(), bytes: z.number() }),
  /** Work that is still to be done. */
  waiting: z.object({
    /** Of removed shares: those whose objects are not known to be gone for good. */
    deletions: z.number(),
    /** Objects that merges have replaced. */
    superseded: z.number(),
    /** Entries of the audit that the webhook has not taken. */
    webhook: z.number(),
  }),
})
export type OverviewAnswer = z.infer<typeof overviewAnswer>

const reason = z.optional(z.string().check(z.minLength(1), z.maxLength(500)))
const CREATOR = z
  .string()
  .check(z.regex(/^[A-Za-z0-9_-]{43}$/, "must be a creator as the list of shares says it"))
const kinds = {
  /** An address or a network, such as 192.0.2.0/24. */
  address: z.object({ kind: z.literal("address"), value: z.string().check(z.maxLength(64)) }),
  /** A token's id. */
  token: z.object({ kind: z.literal("token"), value: tokenParams.shape.token }),
  creator: z.object({ kind: z.literal("creator"), value: CREATOR }),
}
export const unblockBody = z.discriminatedUnion("kind", [kinds.address, kinds.token, kinds.creator])
/** `reason` is told to whoever is blocked. */
export const blockBody = z.discriminatedUnion("kind", [
  z.extend(kinds.address, { reason }),
  z.extend(kinds.token, { reason }),
  z.extend(kinds.creator, { reason }),
])

const blockSchema = z.object({
  kind: z.enum(["address", "token", "creator"]),
  value: z.string(),
  reason,
  createdAt: z.string(),
})
export type BlockAnswer = z.infer<typeof blockSchema>

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
  listBlocks: {
    method: "GET",
    path: "/api/admin/blocks",
    summary: "Addresses, tokens and creators that may not create or change anything.",
    answer: z.object({ blocks: z.array(blockSchema) }),
    errors: ALWAYS,
    auth: "admin",
  },
  addBlock: {
    method: "POST",
    path: "/api/admin/blocks",
    summary: "Keep somebody from creating and changing shares. Reading is everybody's.",
    body: blockBody,
    answer: z.object({ block: blockSchema }),
    errors: [...WITH_BODY, "not_found"],
    auth: "admin",
  },
  removeBlock: {
    method: "DELETE",
    path: "/api/admin/blocks",
    summary: "Take a block away.",
    body: unblockBody,
    answer: z.object({}),
    errors: [...WITH_BODY, "not_found"],
    auth: "admin",
  },
  listShares: {
    method: "GET",
    path: "/api/admin/shares",
    summary: "Shares, the newest first, a page at a time.",
    query: sharesQuery,
    answer: sharesAnswer,
    errors: [...ALWAYS, "invalid_request"],
    auth: "admin",
  },
  takeDownShare: {
    method: "DELETE",
    path: "/api/admin/shares/:id",
    summary: "Remove a share, for a reason that its readers are shown. Deletes what is stored for it.",
    params: shareParams,
    body: takeDownBody,
    answer: deleteAnswer,
    errors: [...WITH_BODY, "not_found", "gone"],
    auth: "admin",
  },
  reissueSecret: {
    method: "POST",
    path: "/api/admin/shares/:id/secret",
    summary: "New secrets for a share, shown this once. The old ones open nothing more.",
    params: shareParams,
    answer: reissueAnswer,
    errors: [...ALWAYS, "not_found", "gone"],
    auth: "admin",
  },
  readOverview: {
    method: "GET",
    path: "/api/admin/overview",
    summary: "How much there is, and what work is waiting.",
    answer: overviewAnswer,
    errors: ALWAYS,
    auth: "admin",
  },
} as const satisfies Record<string, Route>
