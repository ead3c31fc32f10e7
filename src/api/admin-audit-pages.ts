import { Hono } from "hono"
import * as z from "zod/mini"
import { auditQuery } from "../protocol/admin-routes.ts"
import { toAuditLine } from "../protocol/audit.ts"
import { renderAuditPage } from "../viewer/admin/audit-page.ts"
import { type AdminDesk, filled } from "./admin-desk.ts"
import { exportAudit, toAuditQuery } from "./audit-export.ts"
import { readQuery } from "./body.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"

const PAGE = 100

const pageQuery = z.extend(auditQuery, {
  /** Id of the last entry that was seen. */
  after: z.optional(z.string().check(z.regex(/^\d{1,15}$/, "must be an entry's id"))),
})

/** The audit, the newest first, and all of it as it is exported. */
export function createAdminAuditPages(deps: ApiDeps, desk: AdminDesk): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>()

  app.get(
    "/admin/audit",
    desk.page(async (c, frame) => {
      const { after, ...filter } = readQuery(c, filled(pageQuery))
      const rows = await deps.trust.audit.page({
        ...toAuditQuery(filter),
        after: after === undefined ? undefined : Number(after),
        limit: PAGE,
      })
      const next = rows.length === PAGE ? rows.at(-1)?.id : undefined
      return renderAuditPage(frame, { entries: rows.map(toAuditLine), filter, after, next })
    }),
  )

  app.get(
    "/admin/audit.jsonl",
    desk.page(async (c) => exportAudit(c, deps, readQuery(c, filled(auditQuery)))),
  )

  return app
}
