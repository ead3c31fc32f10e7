import type { Item } from "../../protocol/item.ts"
import type { MessageData, PartData, SessionData } from "../../protocol/opencode.ts"

/** What an event of OpenCode says, in the words of a share. */
export interface Told {
  /** The session that it concerns. */
  sessionID: string
  item: Item
}

interface Properties {
  info?: SessionData & Partial<MessageData>
  part?: PartData
  sessionID?: string
  messageID?: string
  partID?: string
  diff?: unknown[]
}

/** Undefined for events that a share does not hold. Their shapes are OpenCode's own, 1.18. */
export function itemOf(event: { type: string; properties: unknown }): Told | undefined {
  const { info, part, sessionID, messageID, partID, diff } = (event.properties ?? {}) as Properties
  switch (event.type) {
    case "session.created":
    case "session.updated":
      return info && { sessionID: info.id, item: { type: "session", data: info } }
    case "message.updated":
      return info?.sessionID === undefined
        ? undefined
        : { sessionID: info.sessionID, item: { type: "message", data: info } }
    case "message.part.updated":
      return part && { sessionID: part.sessionID, item: { type: "part", data: part } }
    case "message.removed":
      return sessionID === undefined || messageID === undefined
        ? undefined
        : { sessionID, item: { type: "message_removed", data: { id: messageID, sessionID } } }
    case "message.part.removed":
      return sessionID === undefined || messageID === undefined || partID === undefined
        ? undefined
        : { sessionID, item: { type: "part_removed", data: { id: partID, messageID, sessionID } } }
    case "session.diff":
      return sessionID === undefined || diff === undefined
        ? undefined
        : { sessionID, item: { type: "session_diff", data: diff, sessionID } }
    default:
      return undefined
  }
}

/** A session says where it is shared, and of an encrypted share that link has the key: it stays here. */
export function withoutKey(item: Item): Item {
  const { share } = (item.data ?? {}) as { share?: { url?: unknown } }
  if (item.type !== "session" || typeof share?.url !== "string" || !share.url.includes("#")) return item
  const url = share.url.split("#")[0]
  return { ...item, data: { ...(item.data as object), share: { ...share, url } } }
}

/** Whether text of the item may still grow, so that its end may be the beginning of a secret. */
export function isGrowing({ type, data }: Item): boolean {
  if (type !== "part") return false
  const part = data as PartData & { time?: { start?: number; end?: number }; state?: { status?: string } }
  if (part.type === "tool") return part.state?.status === "pending" || part.state?.status === "running"
  return part.time?.start !== undefined && part.time.end === undefined
}
