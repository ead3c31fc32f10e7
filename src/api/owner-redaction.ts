import type { Context } from "hono"
import * as z from "zod/mini"
import { ShareError } from "../protocol/errors.ts"
import { MOST_RULES_AT_ONCE, type RedactionWish } from "../protocol/redaction-rule.ts"
import { redactBody } from "../protocol/routes.ts"
import type { ApiEnv } from "./context.ts"

/** Fields that are checked say by their names what they stand for: `message:msg_…`, `part:msg_…/prt_…`. */
export const redactForm = z.record(z.string().check(z.maxLength(300)), z.string().check(z.maxLength(20_000)))

export const redactPageQuery = z.object({
  from: z.optional(z.string().check(z.regex(/^\d{1,9}$/, "must be a number"))),
})

/** The rules that an owner has chosen on the page. Throws `invalid_request`. */
export function readChosenRules(fields: Record<string, string>): RedactionWish[] {
  const text = (fields.text ?? "").replaceAll("\r\n", "\n").trim()
  const chosen = Object.keys(fields).flatMap((name): unknown[] => {
    const [, kind, messageID, partID] = /^(message|part):([^/]+)(?:\/(.+))?$/.exec(name) ?? []
    if (kind === "message") return [{ kind, messageID }]
    return kind === "part" ? [{ kind, messageID, partID }] : []
  })
  // Words are copied from a page, where white space is another than in what was written.
  const rules = [...(text === "" ? [] : [{ kind: "text", text, flexible: true }]), ...chosen]
  if (rules.length === 0) throw invalid("Choose something, or write the words that are to go.")
  if (rules.length > MOST_RULES_AT_ONCE) {
    throw invalid(`Choose at most ${MOST_RULES_AT_ONCE} at once: ${rules.length} are chosen.`)
  }
  const parsed = redactBody.safeParse({ rules })
  if (parsed.success) return [...parsed.data.rules]
  throw invalid(
    text.length < 4 && text !== "" ? "Words must have 4 characters or more." : "This cannot be taken out.",
  )
}

export function fromOf(c: Context<ApiEnv>): number {
  const parsed = redactPageQuery.safeParse(c.req.query())
  return parsed.success ? Number(parsed.data.from ?? 0) : 0
}

function invalid(message: string): ShareError {
  return new ShareError("invalid_request", message)
}
