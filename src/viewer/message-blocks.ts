import type { Document, Message } from "../protocol/document.ts"
import type { ModelData } from "../protocol/opencode.ts"
import type { Block } from "./block.ts"
import { blockID, nestedPartID } from "./block-id.ts"
import { html } from "./html.ts"
import { messageFoot, messageHead, type Voice, voiceOf } from "./message.ts"
import { renderPart } from "./part.ts"
import { record, str } from "./read.ts"

/** What blocks of one page must know of each other. */
export interface Seen {
  /** Ids of parts that have an element already. */
  parts: Set<string>
  directory: string
  /** Child sessions that a task may link to. */
  sessions: ReadonlySet<string>
  /** The root session's models, as a subagent's session names none of its own. */
  models: readonly ModelData[]
}

/** The messages of one session, each with a head, its parts and a foot. */
export function messageBlocks(document: Document, seen: Seen): Block[] {
  let before: Voice | undefined
  return document.messages.map((message, index) => {
    const voice = voiceOf(message.info, seen.models)
    const continues = before !== undefined && before.role === "assistant" && sameVoice(before, voice)
    before = voice
    const last = index === document.messages.length - 1
    return messageBlock(message, { voice, continues, last, seen })
  })
}

function sameVoice(a: Voice, b: Voice): boolean {
  return a.role === b.role && a.name === b.name && a.model === b.model
}

interface Place {
  voice: Voice
  continues: boolean
  last: boolean
  seen: Seen
}

function messageBlock(message: Message, { voice, continues, last, seen }: Place): Block {
  const { info } = message
  const id = blockID("message", info.id)
  const key = `message/${info.id}`
  const working = last && isWorking(info)
  const head: Block = {
    id: `${id}.head`,
    keys: [key],
    shape: `${continues} ${voice.name} ${voice.model}`,
    children: [],
    render: () => messageHead(info, { id, voice, continues }),
  }
  const parts: Block = {
    id: `${id}.parts`,
    keys: [],
    shape: "",
    children: message.parts.map((part) => {
      const own = blockID("part", part.id)
      const partID = seen.parts.has(own) ? nestedPartID(info.id, part.id) : own
      seen.parts.add(partID)
      return {
        id: partID,
        keys: [`part/${part.messageID}/${part.id}`],
        shape: linkShape(part, seen.sessions),
        children: [],
        render: (frame) => renderPart(part, partID, voice.role, frame),
      }
    }),
    render: (_frame, inner) => html`<div class="parts" id="${id}.parts">${inner}</div>`,
  }
  const foot: Block = {
    id: `${id}.foot`,
    keys: [key],
    shape: String(working),
    children: [],
    render: (frame) => messageFoot(info, { id, working }, frame),
  }
  return {
    id,
    keys: [],
    // Paths everywhere within are relative to the directory.
    shape: `${voice.role} ${seen.directory}`,
    children: [head, parts, foot],
    render: (_frame, inner) => html`<article class="message ${voice.role}" id="${id}">${inner}</article>`,
  }
}

/** A task's card links to its session once the share has it. */
function linkShape(part: { type: string; [key: string]: unknown }, sessions: ReadonlySet<string>): string {
  if (part.type !== "tool" || sessions.size === 0) return ""
  const session = str(record(record(part.state).metadata).sessionId)
  return session !== undefined && sessions.has(session) ? "linked" : ""
}

function isWorking(info: Message["info"]): boolean {
  return info.role === "assistant" && !info.error && typeof record(info.time).completed !== "number"
}
