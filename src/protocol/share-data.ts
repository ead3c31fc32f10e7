import * as z from "zod/mini"
import type { Document } from "./document.ts"
import { ShareError } from "./errors.ts"
import { type Item, readItem } from "./item.ts"
import { LIMITS } from "./limits.ts"
import type { FileDiff, MessageData, ModelData, PartData, SessionData } from "./opencode.ts"
import { nestsDeeper } from "./weight.ts"
import "./zod-messages.ts"

/** A whole root session in one JSON: what the plain form stores, and what `GET /api/share/:id` answers. */
export interface ShareData {
  shareId: string
  sessionId: string
  /** ISO 8601. */
  createdAt: string
  updatedAt: string
  session: SessionData | undefined
  messages: { info: MessageData; parts: PartData[] }[]
  diffs: FileDiff[]
  models: ModelData[]
}

/** What a client of the plain form must say; the ids within are checked item by item. All else is kept or ignored. */
const shape = z.looseObject({
  session: z.looseObject({ id: z.string() }),
  messages: z.array(z.looseObject({ info: z.looseObject({}), parts: z.array(z.looseObject({})) })),
  diffs: z.optional(z.nullable(z.array(z.unknown()))),
  models: z.optional(z.nullable(z.array(z.unknown()))),
})

/** The items that an uploaded ShareData says, one by one. Throws `unreadable` with the place of the fault. */
export function* readShareData(value: unknown, sessionID: string): Generator<Item> {
  if (nestsDeeper(value, LIMITS.jsonDepth))
    throw unreadable(`It nests deeper than ${LIMITS.jsonDepth} levels`)
  const parsed = shape.safeParse(value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw unreadable(`${issue?.path.join(".") || "the document"}: ${issue?.message ?? "Invalid input"}`)
  }
  const { session, messages, diffs, models } = parsed.data
  if (session.id !== sessionID) {
    throw unreadable(`session.id: the share was created for ${sessionID}, not for ${session.id}`)
  }
  yield readAt("session", { type: "session", data: session })
  for (const [i, { info, parts }] of messages.entries()) {
    yield readAt(`messages.${i}.info`, { type: "message", data: info })
    for (const [j, part] of parts.entries()) {
      yield readAt(`messages.${i}.parts.${j}`, { type: "part", data: part })
    }
  }
  if (diffs) yield readAt("diffs", { type: "session_diff", data: diffs })
  if (models) yield readAt("models", { type: "model", data: models })
}

function readAt(place: string, item: Item): Item {
  try {
    return readItem(item, place)
  } catch (error) {
    const fault = error instanceof ShareError ? error.message.replace(/\.$/, "") : String(error)
    // An item has its object as data; here it stands in its place.
    throw unreadable(fault.replace(`${place}.data`, place))
  }
}

/** @param fault what is wrong with the upload, as a sentence without its full stop */
export function unreadable(fault: string): ShareError {
  return new ShareError("unreadable", `What was uploaded for this share cannot be shown. ${fault}.`)
}

/** The document as ShareData, in pieces of JSON that make one text: a large one never stands in memory whole. */
export function* writeShareData(
  { session, messages, diffs, models }: Document,
  share: Pick<ShareData, "shareId" | "sessionId" | "createdAt" | "updatedAt">,
): Generator<string> {
  yield `${JSON.stringify({ ...share, session }).slice(0, -1)},"messages":[`
  for (const [i, { info, parts }] of messages.entries()) {
    yield `${i > 0 ? "," : ""}${JSON.stringify({ info, parts })}`
  }
  yield `],"diffs":${JSON.stringify(diffs)},"models":${JSON.stringify(models)}}`
}
