import type { Item } from "../../src/protocol/item.ts"
import { streamedSession, USUAL_PART_BYTES } from "../../test/streamed-session.ts"

export interface Spoken {
  sessionID: string
  /** Another one says other things. */
  seed: number
  /** Messages that are told at once, in the first sync. */
  history: number
  /** Syncs that it lasts at least, once it is played. */
  syncs: number
}

/** Syncs a message at least. */
const SYNCS_A_MESSAGE = 2
/** In so many steps an answer's text is written, a sync each. */
const STEPS = 3
/** Characters: what is shorter comes at once. */
const SHORT = 200

/** A session that goes on: what it has been so far, and then, sync by sync, what OpenCode says while it is written. */
export function* spoken({ sessionID, seed, history, syncs }: Spoken): Iterable<Item[]> {
  const messages = history + Math.ceil(syncs / SYNCS_A_MESSAGE)
  const past: Item[] = []
  let begun = 0
  for (const sync of streamedSession({ sessionID, messages, partBytes: messages * USUAL_PART_BYTES, seed })) {
    if (begun >= history * SYNCS_A_MESSAGE) {
      // Even without a past, the session itself has been told when somebody opens the link.
      if (past.length > 0) yield past.splice(0)
      yield* grown(sync)
    } else past.push(...sync)
    begun++
  }
}

/** A sync whose texts are written bit by bit is several. */
function* grown(sync: Item[]): Iterable<Item[]> {
  const answers = new Set(
    sync.flatMap(({ type, data }) => {
      const { id, role } = data as { id?: string; role?: string }
      return type === "message" && role === "assistant" ? [id] : []
    }),
  )
  const growing = sync.filter(({ type, data }) => {
    const { messageID, text } = data as { messageID?: string; text?: string }
    return type === "part" && answers.has(messageID) && (text?.length ?? 0) > SHORT
  })
  if (growing.length > 0) {
    const others = sync.filter(({ type }) => type === "session" || type === "message")
    for (let step = 1; step < STEPS; step++) {
      yield [...(step === 1 ? others : []), ...growing.map((item) => upTo(item, step / STEPS))]
    }
  }
  yield sync
}

function upTo(item: Item, share: number): Item {
  const data = item.data as { text: string }
  return { ...item, data: { ...data, text: data.text.slice(0, Math.ceil(data.text.length * share)) } }
}
