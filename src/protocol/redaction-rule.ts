import * as z from "zod/mini"
import { OPENCODE_ID } from "./ids.ts"
import "./zod-messages.ts"

/**
 * What an owner takes out of a share that is stored already. A rule stays with its share and holds for all that comes
 * later. It names the very thing that nobody is to see, so it is kept sealed and shown to nobody but the owner.
 */

/** What stands in the place of what was taken out. */
export const MARK = "[redacted]"

/** Shorter ones would be found all over a session. In UTF-16 code units, as are all lengths here. */
const SHORTEST_TEXT = 4
const LONGEST_TEXT = 10_000
const LONGEST_REPLACEMENT = 100

/** Rules of one request, and of one share: each costs every later sync a search. */
export const MOST_RULES_AT_ONCE = 16
export const MOST_RULES = 256

export const ruleID = z
  .string()
  .check(z.regex(/^[A-Za-z0-9_-]{8,64}$/, "must be 8 to 64 letters, digits, '_' or '-'"))
const opencodeID = z.string().check(z.regex(OPENCODE_ID, "must be an id as OpenCode makes them"))

const textRule = z
  .strictObject({
    /** Of the client's own, so that it may ask again when an answer was lost; without it one is made. */
    id: z.optional(ruleID),
    kind: z.literal("text"),
    text: z
      .string()
      .check(
        z.minLength(SHORTEST_TEXT, `must have ${SHORTEST_TEXT} characters or more`),
        z.maxLength(LONGEST_TEXT),
        z.regex(/\S/, "must hold more than spaces"),
      ),
    /** The mark unless said. It may stand within quotes, so it has none of its own. */
    replacement: z.optional(
      z
        .string()
        .check(
          z.minLength(1),
          z.maxLength(LONGEST_REPLACEMENT),
          z.regex(/^[^"\\\p{Cc}]*$/u, "must be without quotes, backslashes and control characters"),
        ),
    ),
    /** White space matches any other: for text that was selected on a page. */
    flexible: z.optional(z.literal(true)),
  })
  .check(
    z.refine(({ text, replacement = MARK }) => !replacement.includes(text), {
      path: ["replacement"],
      message: "must not hold the text that it replaces: choose another",
    }),
  )

const partRule = z.strictObject({
  id: z.optional(ruleID),
  kind: z.literal("part"),
  messageID: opencodeID,
  partID: opencodeID,
})

const messageRule = z.strictObject({
  id: z.optional(ruleID),
  kind: z.literal("message"),
  messageID: opencodeID,
})

/** A rule as it is asked for. */
export const redactionWish = z.discriminatedUnion("kind", [textRule, partRule, messageRule])
export type RedactionWish = z.infer<typeof redactionWish>

/** A rule as it is kept. */
export type RedactionRule = RedactionWish & { id: string }
export type TextRule = Extract<RedactionRule, { kind: "text" }>

/** Parses a rule that was kept. Throws when it is none. */
export function readRedactionRule(value: unknown): RedactionRule {
  const rule = redactionWish.parse(value)
  if (rule.id === undefined) throw new TypeError("the rule has no id")
  return { ...rule, id: rule.id }
}
