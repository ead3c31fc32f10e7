import type { Context } from "hono"
import type * as z from "zod/mini"
import { ADMIN_ROUTES, type auditQuery } from "../protocol/admin-routes.ts"
import { toAuditLine } from "../protocol/audit.ts"
import type { AuditQuery } from "../trust/ports.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"
import { streamBytes } from "./stream-bytes.ts"

/** The audit as newline-delimited JSON, the oldest first. */
export function exportAudit(c: Context<ApiEnv>, deps: ApiDeps, query: z.infer<typeof auditQuery>): Response {
  const lines = writeLines(deps, toAuditQuery(query))
  return new Response(c.req.method === "HEAD" ? null : streamBytes(lines), {
    headers: { "content-type": ADMIN_ROUTES.readAudit.answer },
  })
}

/** What an address asks of the audit, as its store takes it. */
export function toAuditQuery({ since, until, event, share }: z.infer<typeof auditQuery>): AuditQuery {
  return { since: toTime(since), until: toTime(until), event, shareID: share }
}

async function* writeLines({ trust, log }: ApiDeps, query: AuditQuery): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  try {
    for await (const rows of trust.audit.read(query)) {
      yield encoder.encode(rows.map((row) => `${JSON.stringify(toAuditLine(row))}\n`).join(""))
    }
  } catch (err) {
    log.error({ err }, "the export of the audit was cut off")
    throw err
  }
}

function toTime(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text)
}
