import { type Document, type Message, startedSession } from "../protocol/document.ts"
import type { ModelData, PartData } from "../protocol/opencode.ts"
import type { Block } from "./block.ts"
import { blockID, nestedPartID } from "./block-id.ts"
import { html } from "./html.ts"
import { messageFoot, messageHead, type Voice, voiceOf } from "./message.ts"
import { renderPart } from "./part.ts"
import { num, record } from "./read.ts"

/** What blocks of one page must know of each other. */
export interface Seen {
  /** Ids of parts that have an element already. */
  parts: Set<string>
  directory: string
  /** Subagents' sessions that the share holds. */
  sessions: ReadonlySet<string>
  /** Those of this session that no call has claimed so far, by id. */
  children: Map<string, Document>
  /** The root session's models, as a subagent's session names none of its own. */
  models: readonly ModelData[]
  /** Turns in the middle are packed. */
  long: boolean
  /** The page is too long to show what tools put out. */
  lean: boolean
  /** Who spoke last. */
  voice: Voice | undefined
  /** The block of a subagent's session. */
  child(document: Document): Block
}

export interface MessagePlace {
  /** The session's last message. */
  last: boolean
  seen: Seen
}

/** A message, with a head, its parts and a foot. */
export function messageBlock(message: Message, { last, seen }: MessagePlace): Block {
  const { info } = message
  const before = seen.voice
  const voice = voiceOf(info, seen.models)
  const continues = before?.role === "assistant" && sameVoice(before, voice)
  const switched = before?.role === "assistant" && voice.role === "assistant" && before.model !== voice.model
  seen.voice = voice
  const id = blockID("message", info.id)
  const key = `message/${info.id}`
  const working = last && isWorking(info)
  const head: Block = {
    id: `${id}.head`,
    keys: [key],
    shape: `${continues} ${switched} ${seen.lean} ${voice.name} ${voice.model}`,
    children: [],
    render: () => messageHead(info, { id, voice, continues, switched, lean: seen.lean }),
  }
  const parts: Block = {
    id: `${id}.parts`,
    keys: [],
    shape: "",
    children: shownParts(message, seen).map((part) => partBlock(part, info.id, voice, seen)),
    render: (_frame, inner) => html`<div class="parts" id="${id}.parts">${inner}</div>`,
  }
  const foot: Block = {
    id: `${id}.foot`,
    keys: [key],
    shape: `${working} ${seen.lean}`,
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

/** A lean page leaves out what the message's foot says as well: where its only step begins, and what it took. */
function shownParts({ parts }: Message, { lean }: Seen): readonly PartData[] {
  if (!lean) return parts
  const steps = parts.filter(({ type }) => type === "step-finish").length
  return parts.filter(({ type }) => !LEFT_OUT.has(type) && (type !== "step-finish" || steps > 1))
}

const LEFT_OUT: ReadonlySet<string> = new Set(["step-start", "snapshot"])

/** A part; the call that started a subagent holds its session. */
function partBlock(part: PartData, messageID: string, voice: Voice, seen: Seen): Block {
  const own = blockID("part", part.id)
  const id = seen.parts.has(own) ? nestedPartID(messageID, part.id) : own
  seen.parts.add(id)
  const started = startedSession(part) ?? ""
  const child = seen.children.get(started)
  // What a card shows besides its item: the link to a session, and how much there is room for.
  const linked = seen.sessions.has(started) ? started : ""
  const lean = seen.lean ? "lean" : ""
  seen.children.delete(started)
  return {
    id,
    keys: [`part/${part.messageID}/${part.id}`],
    shape: `${lean} ${linked} ${child !== undefined}`,
    children: child ? [seen.child(child)] : [],
    render: (frame, inner) => renderPart(part, id, voice.role, frame, inner),
  }
}

function sameVoice(a: Voice, b: Voice): boolean {
  return a.role === b.role && a.name === b.name && a.model === b.model
}

function isWorking(info: Message["info"]): boolean {
  return info.role === "assistant" && !info.error && num(record(info.time).completed) === undefined
}
