import type { Context } from "hono"
import type { AuditOrigin } from "../protocol/audit.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"

/** Who makes this request, as the audit says it. What an actor can be says protocol/audit.ts. */
export function originOf(
  c: Context<ApiEnv>,
  { trust }: Pick<ApiDeps, "trust">,
  actor: string,
): Promise<AuditOrigin> {
  return trust.audit.origin({ actor, address: c.env.address, requestID: c.get("requestID") })
}
