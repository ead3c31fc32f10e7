import { type Item, itemKey } from "../../protocol/item.ts"
import type { PartData } from "../../protocol/opencode.ts"
import type { TextDelta } from "../../protocol/passing.ts"
import type { Redactor } from "../../redaction/redactor.ts"
import { isGrowing } from "../opencode/session-items.ts"

/**
 * Text that is being written, for those who watch: redacted up to where no rule can cross, and stored nowhere. While
 * nobody watches nothing is sent; the server is asked now and then whether somebody does.
 */
export interface Typing {
  hear(item: Item): void
  hearDelta(delta: {
    sessionID: string
    messageID: string
    partID: string
    field: string
    delta: string
  }): void
  /** `more`: somebody came, who has not seen the beginning. */
  watched(viewers: number, more: boolean): void
  stop(): void
}

export interface TypingDeps {
  /** Resolves to how many watch. */
  pass(deltas: TextDelta[]): Promise<{ viewers: number }>
  redactor: Redactor | undefined
  onViewers(viewers: number): void
  onFailure(error: unknown): void
  /** Asks the server how many watch. */
  ask(): void
  now: () => number
}

interface Writing {
  sessionID: string
  messageID: string
  partID: string
  text: string
  /** How much of its redacted text was sent. */
  sent: number
}

const PASS_MS = 150
const ASK_MS = 5_000
/** Of one call, in characters: a body has a limit, and a beginning can be long. */
const MOST_TEXT = 12 * 1024
const FIELD = "text"

export function createTyping(deps: TypingDeps): Typing {
  const writing = new Map<string, Writing>()
  let viewers = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let askedAt = 0
  let turning = false

  function hear(item: Item): void {
    const part = item.data as PartData & { text?: string }
    if (part.type !== "text" && part.type !== "reasoning") return
    const key = itemKey(item, "")
    if (!isGrowing(item)) writing.delete(key)
    else if (!writing.has(key)) {
      const { sessionID, messageID, id: partID, text = "" } = part
      writing.set(key, { sessionID, messageID, partID, text, sent: 0 })
    }
  }

  function hearDelta({ messageID, partID, field, delta }: Parameters<Typing["hearDelta"]>[0]): void {
    const own = writing.get(`part/${messageID}/${partID}`)
    if (!own || field !== FIELD) return
    own.text += delta
    schedule()
  }

  function schedule(): void {
    if (timer || writing.size === 0) return
    timer = setTimeout(turn, viewers > 0 ? PASS_MS : ASK_MS)
    timer.unref?.()
  }

  async function turn(): Promise<void> {
    turning = true
    try {
      if (viewers > 0) await passOn()
      else if (deps.now() - askedAt >= ASK_MS) {
        askedAt = deps.now()
        deps.ask()
      }
    } catch (error) {
      // Passing text is worth no second try: the part itself will come.
      viewers = 0
      deps.onFailure(error)
    }
    turning = false
    timer = undefined
    if ([...writing.values()].some(({ text }) => text.length > 0)) schedule()
  }

  async function passOn(): Promise<void> {
    const deltas: TextDelta[] = []
    let room = MOST_TEXT
    for (const own of writing.values()) {
      const { text } = deps.redactor
        ? await deps.redactor.redactText(own.text, { growing: true })
        : { text: own.text }
      const fresh = text.slice(own.sent, own.sent + room)
      if (fresh === "") continue
      const { sessionID, messageID, partID } = own
      deltas.push({ sessionID, messageID, partID, field: FIELD, from: own.sent, text: fresh })
      own.sent += fresh.length
      room -= fresh.length
    }
    if (deltas.length === 0) return
    const answer = await deps.pass(deltas)
    deps.onViewers(answer.viewers)
  }

  return {
    hear,
    hearDelta,
    watched(count, more) {
      const first = viewers === 0 && count > 0
      viewers = count
      if (more) for (const own of writing.values()) own.sent = 0
      if (!first || turning) return
      clearTimeout(timer)
      timer = undefined
      schedule()
    },
    stop() {
      clearTimeout(timer)
      writing.clear()
    },
  }
}
