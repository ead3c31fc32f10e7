import * as z from "zod/mini"
import { ShareError } from "./errors.ts"
import { MOST_RULES_AT_ONCE, type RedactionWish, redactionWish } from "./redaction-rule.ts"

const wishes = z.array(redactionWish)

/**
 * The rules that an owner has chosen on the page, of the fields of its form: `text`, `message:msg_…`, `part:msg_…/prt_…`.
 * Throws `invalid_request`.
 */
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
  const parsed = wishes.safeParse(rules)
  if (parsed.success) return parsed.data
  throw invalid(
    text.length < 4 && text !== "" ? "Words must have 4 characters or more." : "This cannot be taken out.",
  )
}

function invalid(message: string): ShareError {
  return new ShareError("invalid_request", message)
}
