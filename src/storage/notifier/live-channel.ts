import type { Passing, TextDelta } from "../../protocol/passing.ts"
import type { Counts } from "./presence.ts"

/** The channel on which nodes tell each other what nobody keeps. A node of a version before does not listen to it. */
export const LIVE_CHANNEL = "better_share_live"

export type LiveMessage =
  | {
      viewers: Counts
      /** Whoever hears it answers with its own. */
      ask?: boolean
    }
  | { share: string; passing: Passing }

/** NOTIFY takes less than 8,000 bytes: https://www.postgresql.org/docs/current/sql-notify.html */
const MOST_BYTES = 7_900
const HEAD_BYTES = 80
/** Far more than a message comes to. */
const MOST_PIECES = 256

/**
 * A message as payloads, each `node number piece pieces text`. They arrive in their order, as NOTIFY keeps it.
 * @param number another one for each message of the node
 */
export function encodeLive(node: string, number: number, message: LiveMessage): string[] {
  const pieces = cut(Buffer.from(JSON.stringify(message)), MOST_BYTES - HEAD_BYTES)
  return pieces.map((piece, i) => `${node} ${number} ${i} ${pieces.length} ${piece}`)
}

function cut(bytes: Buffer, size: number): string[] {
  const pieces: string[] = []
  for (let start = 0; start < bytes.length; ) {
    let end = Math.min(start + size, bytes.length)
    // Not within a character: bytes 10xxxxxx go on with one.
    while (end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--
    pieces.push(bytes.toString("utf8", start, end))
    start = end
  }
  return pieces
}

const PAYLOAD = /^(\S{1,40}) (\d{1,15}) (\d{1,3}) (\d{1,3}) (.*)$/s

/** Puts messages together again. Undefined until one is whole, and for what is not ours. */
export function createLiveReader(): (payload: string) => { node: string; message: LiveMessage } | undefined {
  /** What has come of the message that a node is sending. */
  const begun = new Map<string, { number: string; pieces: string[] }>()

  return (payload) => {
    const [, node = "", number = "", piece, count, text = ""] = PAYLOAD.exec(payload) ?? []
    if (piece === undefined || Number(count) > MOST_PIECES) return undefined
    const known = begun.get(node)
    const pieces = known?.number === number ? known.pieces : []
    begun.delete(node)
    // The beginning was not heard.
    if (pieces.length !== Number(piece)) return undefined
    pieces.push(text)
    if (pieces.length < Number(count)) {
      begun.set(node, { number, pieces })
      return undefined
    }
    const message = readLive(pieces.join(""))
    return message && { node, message }
  }
}

function readLive(text: string): LiveMessage | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isRecord(value)) return undefined
  const { viewers, ask, share, passing } = value
  if (Array.isArray(viewers)) return viewers.every(isCount) ? { viewers, ask: ask === true } : undefined
  if (typeof share !== "string" || !isRecord(passing)) return undefined
  if (typeof passing.sealed === "string") return { share, passing: { sealed: passing.sealed } }
  const { deltas } = passing
  return Array.isArray(deltas) && deltas.every(isDelta) ? { share, passing: { deltas } } : undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null
}

function isCount(value: unknown): value is [string, number] {
  return Array.isArray(value) && typeof value[0] === "string" && Number.isSafeInteger(value[1])
}

function isDelta(value: unknown): value is TextDelta {
  if (!isRecord(value)) return false
  const { sessionID, messageID, partID, field, from, text } = value
  const strings = [sessionID, messageID, partID, text].every((each) => typeof each === "string")
  return strings && field === "text" && Number.isSafeInteger(from)
}
