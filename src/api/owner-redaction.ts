import type { Context } from "hono"
import * as z from "zod/mini"
import type { ApiEnv } from "./context.ts"

/** Fields that are checked say by their names what they stand for: `message:msg_…`, `part:msg_…/prt_…`. */
export const redactForm = z.record(z.string().check(z.maxLength(300)), z.string().check(z.maxLength(20_000)))

export const redactPageQuery = z.object({
  from: z.optional(z.string().check(z.regex(/^\d{1,9}$/, "must be a number"))),
})

export function fromOf(c: Context<ApiEnv>): number {
  const parsed = redactPageQuery.safeParse(c.req.query())
  return parsed.success ? Number(parsed.data.from ?? 0) : 0
}
