import type { Context } from "hono"
import { ShareError } from "../protocol/errors.ts"
import { LimitReached } from "../shares/ports.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"
import { networkOf } from "./network.ts"

/**
 * The right token is let in always: it cannot be guessed, and whoever tries from the same address must not lock the
 * operator out. Wrong ones are counted, and soon only told to wait. Throws `unauthorized`, LimitReached.
 */
export async function requireAdminToken(
  c: Context<ApiEnv>,
  { trust, machine, limiters }: Pick<ApiDeps, "trust" | "machine" | "limiters">,
  offered: string,
): Promise<void> {
  if (await trust.admin.check(offered)) return
  void trust.audit.failed({ of: "admin", address: c.env.address })
  const limiter = limiters["admin-failures"]
  const taken = await limiter?.take(machine.hash(`address:${networkOf(c.env.address)}`))
  if (limiter && taken && !taken.allowed) throw new LimitReached(limiter.budget, taken)
  throw new ShareError(
    "unauthorized",
    "This is not the admin token. `better-share admin-token` on the server makes a new one.",
  )
}
