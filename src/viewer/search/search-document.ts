import { type Document, type Message, startedSession, visible } from "../../protocol/document.ts"
import type { ModelData, PartData } from "../../protocol/opencode.ts"
import { CHANGES, OTHERS, SUMMARY } from "../block.ts"
import { blockID, nestedPartID } from "../block-id.ts"
import { voiceOf } from "../message.ts"
import { filled, list, num, record } from "../read.ts"
import type { Excerpt } from "./excerpt.ts"
import { errorFields, type Field, fieldsOfPart, type Place, texts } from "./fields.ts"
import type { Query } from "./query.ts"
import { type Pause, scanText, WINDOW } from "./scan.ts"

/** A part in which everything was found that is looked for, or whatever else a page shows. */
export interface Hit extends Excerpt {
  sessionID: string
  /** Undefined where it belongs to no message. */
  messageID: string | undefined
  partID: string | undefined
  /** The element that shows it on the page of the whole share. */
  anchor: string
  /** The title of its session when that is a subagent's. */
  subagent: string | undefined
  /** Who said it, or the section of the page. */
  who: string
  /** Milliseconds since the epoch, as the share says it. */
  at: number | undefined
  place: Place
  /** The tool that was called. */
  tool: string | undefined
  /** The file that was changed, in what tells the changes of the whole session. */
  changed: string | undefined
}

/** Of more parts only the number is told. */
export const MOST_HITS = 200

/** A hit, word of one more beyond the limit, or nothing new: others may have their turn. */
export type SearchStep = Hit | "more" | Pause

type HitPlace = Omit<Hit, keyof Excerpt | "place">

interface Sought extends HitPlace {
  fields: Iterable<Field>
}

/** Searches all that a share's page shows or holds folded, in the page's order. */
export function* searchDocument(
  document: Document,
  query: Query,
  { limit = MOST_HITS }: { limit?: number } = {},
): Generator<SearchStep> {
  const isDue = createMeter()
  let hits = 0
  for (const { fields, ...place } of soughtIn(visible(document))) {
    const found = yield* findIn(fields, query, isDue)
    if (found) yield ++hits > limit ? "more" : { ...place, ...found }
    if (isDue(0)) yield "pause"
  }
}

/** What a field or a part costs besides its text, in characters. */
const EACH = 100

/** Says after each piece of work whether it is time for a pause, by what there was to do. */
function createMeter(): (chars: number) => boolean {
  let work = 0
  return (chars) => {
    work += EACH + Math.min(chars, WINDOW)
    if (work < WINDOW) return false
    work = 0
    return true
  }
}

const BASE64 = /^data:[^,\s]{0,200};base64,/i

/**
 * All terms in these fields together. Shown is the field that has the most of them, around the one that comes last: it
 * is mostly the rarest, and the others stand around it if they do anywhere.
 */
function* findIn(
  fields: Iterable<Field>,
  query: Query,
  isDue: (chars: number) => boolean,
): Generator<Pause, (Excerpt & { place: Place }) | undefined> {
  const missing = new Set(query.terms.keys())
  let best: { place: Place; excerpt: Excerpt; terms: number } | undefined
  for (const { place, text } of fields) {
    if (isDue(text.length)) yield "pause"
    if (BASE64.test(text.slice(0, 256))) continue
    const spots = yield* scanText(text, query)
    const found = spots.filter((spot) => spot !== undefined)
    if (found.length === 0) continue
    for (const [term, spot] of spots.entries()) if (spot) missing.delete(term)
    const { excerpt } = found.reduce((last, spot) => (spot.offset > last.offset ? spot : last))
    if (best === undefined || found.length > best.terms) best = { place, excerpt, terms: found.length }
    if (found.length === query.terms.length) break
  }
  return best && missing.size === 0 ? { ...best.excerpt, place: best.place } : undefined
}

interface Walk {
  models: readonly ModelData[]
  /** Ids that an element has already, as the page gives them (message-blocks.ts). */
  parts: Set<string>
}

/** Everything that can be found, in the order in which the page shows it. */
function* soughtIn(root: Document): Iterable<Sought> {
  const section = { sessionID: root.sessionID, subagent: undefined, ...NOWHERE }
  const title = texts("title", root.session?.title)
  yield { ...section, anchor: SUMMARY, who: "Session", at: undefined, fields: title }
  yield* soughtInSession(root, undefined, { models: root.models, parts: new Set() })
  for (const diff of list(root.diffs).map(record)) {
    const { file, patch } = diff
    const fields = [...texts("file", file), ...texts("change", patch)]
    const path = filled(file)
    yield { ...section, anchor: CHANGES, who: "Changed files", at: undefined, changed: path, fields }
  }
  for (const { type, data } of root.others) {
    const fields = texts("other", [type, data])
    yield { ...section, anchor: OTHERS, who: "Also in this share", at: undefined, fields }
  }
}

const NOWHERE = { messageID: undefined, partID: undefined, tool: undefined, changed: undefined }

function* soughtInSession(document: Document, subagent: string | undefined, walk: Walk): Iterable<Sought> {
  const children = new Map(document.children.map((child) => [child.sessionID, child]))
  const { sessionID } = document
  for (const message of document.messages) {
    const spoken = { sessionID, subagent, ...placeOf(message, walk) }
    for (const part of message.parts) {
      const { id, type, tool } = part
      yield {
        ...spoken,
        partID: id,
        anchor: anchorOf(part, message, walk),
        tool: type === "tool" ? filled(tool) : undefined,
        fields: fieldsOfPart(part, message.info.role),
      }
      const started = startedSession(part) ?? ""
      const child = children.get(started)
      children.delete(started)
      if (child) yield* soughtInChild(child, walk)
    }
    yield { ...spoken, fields: errorFields(message.info.error) }
  }
  for (const child of children.values()) yield* soughtInChild(child, walk)
}

function* soughtInChild(child: Document, walk: Walk): Iterable<Sought> {
  const { sessionID, session } = child
  const title = filled(session?.title) ?? "Subagent session"
  yield {
    ...NOWHERE,
    sessionID,
    subagent: title,
    anchor: blockID("session", sessionID),
    who: "Subagent",
    at: num(record(session?.time).created),
    fields: texts("title", title),
  }
  yield* soughtInSession(child, title, walk)
}

function placeOf({ info }: Message, { models }: Walk) {
  return {
    ...NOWHERE,
    messageID: info.id,
    anchor: blockID("message", info.id),
    who: voiceOf(info, models).name,
    at: num(record(info.time).created),
  }
}

function anchorOf(part: PartData, { info }: Message, { parts }: Walk): string {
  const own = blockID("part", part.id)
  const id = parts.has(own) ? nestedPartID(info.id, part.id) : own
  parts.add(id)
  return id
}
