import * as z from "zod/mini"
import { ShareError } from "./errors.ts"
import { ITEM_TYPE, OPENCODE_ID } from "./ids.ts"
import "./zod-messages.ts"

/**
 * One upsert, as OpenCode sends it. `sessionID` names the session of a `session_diff` or `model` item, whose data
 * are arrays; without it they belong to the share's root session.
 */
export interface Item {
  type: string
  data: unknown
  sessionID?: string
}

/** `message/msg_…`, `part/msg_…/prt_…`: items with the same key are versions of one thing; the last one wins. */
export type ItemKey = string

const id = z
  .string()
  .check(z.regex(OPENCODE_ID, "must be an id of 1 to 128 letters, digits, '_', '-', '.' or ':'"))

/** An item on the wire: anything with a type and data; what a known type needs besides stands in `DATA`. */
export const itemSchema = z.looseObject({
  type: z.string().check(z.regex(ITEM_TYPE, "must be a lower-case name of at most 64 characters")),
  data: z.unknown(),
  sessionID: z.optional(id),
})

const messageRef = z.looseObject({ id, sessionID: id })
const partRef = z.looseObject({ id, messageID: id, sessionID: id })

/** What the data of each known type must hold so that it has a key. All else in it is kept as it comes. */
const DATA = {
  session: z.looseObject({ id }),
  message: messageRef,
  part: partRef,
  session_diff: z.array(z.unknown()),
  model: z.array(z.unknown()),
  message_removed: messageRef,
  part_removed: partRef,
  message_hidden: messageRef,
  part_hidden: partRef,
} as const

export type KnownType = keyof typeof DATA

/** Types that only Better Share writes; they never travel to OpenCode. */
export const OUR_TYPES: ReadonlySet<string> = new Set<KnownType>([
  "message_removed",
  "part_removed",
  "message_hidden",
  "part_hidden",
])

/** Parses one item of a sync. Throws `invalid_request` with the place of the fault. */
export function readItem(value: unknown, place = "item"): Item {
  const item = itemSchema.safeParse(value)
  if (!item.success) throw faultyItem(place, item.error)
  const { type, data } = item.data
  const schema = Object.hasOwn(DATA, type) ? DATA[type as KnownType] : undefined
  const known = schema?.safeParse(data)
  if (known && !known.success) throw faultyItem(`${place}.data`, known.error)
  return item.data as Item
}

function faultyItem(place: string, error: z.core.$ZodError): ShareError {
  const [issue] = error.issues
  const at = [place, ...(issue?.path ?? [])].join(".")
  return new ShareError("invalid_request", `${at}: ${issue?.message ?? "Invalid input"}.`)
}

/**
 * The key of an item. Removals and hidings have keys of their own beside what they concern, so that a merge keeps
 * both, in order. A type we do not know has its data's id, or is one thing per session.
 * @param rootSessionID the session that the share was created for
 */
export function itemKey(item: Item, rootSessionID: string): ItemKey {
  const data = item.data as { id?: unknown; messageID?: string }
  switch (item.type as KnownType) {
    case "session":
    case "message":
    case "message_removed":
    case "message_hidden":
      return `${item.type}/${data.id}`
    case "part":
    case "part_removed":
    case "part_hidden":
      return `${item.type}/${data.messageID}/${data.id}`
    default: {
      const own =
        typeof data === "object" && data !== null && typeof data.id === "string" ? data.id : undefined
      return `${item.type}/${own ?? item.sessionID ?? rootSessionID}`
    }
  }
}
