import type { Document } from "../protocol/document.ts"
import { type Block, LOG, MAP } from "./block.ts"
import { blockID } from "./block-id.ts"
import { agentOf } from "./child-session.ts"
import { formatDuration, plural } from "./format.ts"
import { type Frame, sessionHref } from "./frame.ts"
import { type Html, html } from "./html.ts"
import { filled, num, record } from "./read.ts"
import { descendantsOf } from "./session-tree.ts"
import { titleOf } from "./summary.ts"
import { type Outcome, outcomeOfSession } from "./turns.ts"

/** Fewer sessions than this are seen at once in the conversation. */
const WORTHWHILE = 3
const MAX_LANES = 40
const MAX_TICKS = 200
const MAX_TITLE = 80

/** One session on the map. Times are milliseconds since the epoch. */
interface Lane {
  sessionID: string
  depth: number
  title: string
  agent: string | undefined
  outcome: Outcome
  from: number
  to: number
  prompts: number[]
  messages: number
}

/** The sessions of a share over time, when there are enough of them. */
export function mapBlocks(document: Document): Block[] {
  const sessions = [document, ...descendantsOf(document)]
  if (sessions.length < WORTHWHILE) return []
  const lanes = lanesOf(document, 0, [])
  if (lanes.length === 0) return []
  const rest = sessions.length - lanes.length
  const render = (frame: Frame) => sessionMap(lanes, rest, document.sessionID, frame)
  return [{ id: MAP, keys: [], shape: JSON.stringify([lanes, rest]), children: [], render }]
}

function lanesOf(document: Document, depth: number, lanes: Lane[]): Lane[] {
  const lane = laneOf(document, depth)
  if (lane && lanes.length < MAX_LANES) lanes.push(lane)
  for (const child of document.children) lanesOf(child, depth + 1, lanes)
  return lanes
}

/** The range of ECMAScript dates. */
const MAX_TIME = 8.64e15

/** Undefined of a session in which nobody has said when. */
function laneOf(document: Document, depth: number): Lane | undefined {
  const times = document.messages.flatMap(({ info }) => {
    const { created, completed } = record(info.time)
    return [num(created), num(completed)].filter((time) => time !== undefined && Math.abs(time) <= MAX_TIME)
  }) as number[]
  if (times.length === 0) return undefined
  const prompts = document.messages.filter(({ info }) => info.role === "user")
  const asked = prompts.flatMap(({ info }) => num(record(info.time).created) ?? [])
  const { session, sessionID, messages } = document
  const [from, to] = [least(times), -least(times.map((time) => -time))]
  return {
    sessionID,
    depth: Math.min(depth, 6),
    title: short(depth === 0 ? titleOf(document) : (filled(session?.title) ?? "Subagent session")),
    agent: short(filled(session?.agent) ?? agentOf(document) ?? "") || undefined,
    outcome: outcomeOfSession(document),
    from,
    to,
    prompts: asked.filter((time) => time >= from && time <= to).slice(0, MAX_TICKS),
    messages: messages.length,
  }
}

function least(numbers: readonly number[]): number {
  return numbers.reduce((least, number) => Math.min(least, number), Number.POSITIVE_INFINITY)
}

function short(text: string): string {
  return text.length > MAX_TITLE ? `${text.slice(0, MAX_TITLE).trimEnd()}…` : text
}

const WORDS: Readonly<Record<Outcome, string>> = {
  running: "working",
  finished: "finished",
  aborted: "stopped",
  failed: "failed",
}

/** Units of the drawing; it is stretched to the width that there is. */
const WIDTH = 1000
const HEIGHT = 20
/** What can be seen and hit, however short it was. */
const LEAST = 6

function sessionMap(lanes: readonly Lane[], rest: number, root: string, frame: Frame): Html {
  const start = least(lanes.map(({ from }) => from))
  const end = -least(lanes.map(({ to }) => -to))
  const span = Math.max(1, end - start)
  const x = (time: number) => Math.round(((time - start) / span) * WIDTH)
  const rows = lanes.map((lane) => {
    const href = lane.sessionID === root ? `#${LOG}` : hrefOf(lane, frame)
    const took = lane.to - lane.from
    const facts = [
      WORDS[lane.outcome],
      plural(lane.messages, "message"),
      took >= 1000 && formatDuration(took),
    ].filter((fact) => fact !== false)
    const name = html`<span class="title">${lane.title}</span>${lane.agent && html` <span class="agent">@${lane.agent}</span>`}`
    return html`<li class="lane ${lane.outcome} d${lane.depth}"><a href="${href}" title="${lane.title}: ${facts.join(", ")}"><span class="name">${name}</span>${bar(lane, x)}<span class="facts">${facts.map((fact) => html`<span>${fact}</span> `)}</span></a></li>`
  })
  return html`<section id="${MAP}" aria-label="Sessions over time"><h2>${plural(lanes.length + rest, "session")}<span class="dim">${span >= 1000 && ` in ${formatDuration(span)}`}</span></h2><ol>${rows}</ol>${rest > 0 && html`<p class="dim">and ${rest} more</p>`}</section>`
}

function bar({ from, to, prompts }: Lane, x: (time: number) => number): Html {
  const left = Math.min(x(from), WIDTH - LEAST)
  const width = Math.max(x(to) - left, LEAST)
  const ticks = [...new Set(prompts.map(x))].map((at) => {
    const place = Math.min(at, WIDTH - 2)
    return html`<line class="tick" x1="${place}" x2="${place}" y1="1" y2="${HEIGHT - 1}"></line>`
  })
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true"><line class="rail" x1="0" x2="${WIDTH}" y1="${HEIGHT / 2}" y2="${HEIGHT / 2}"></line><rect class="span" x="${left}" y="4" width="${width}" height="${HEIGHT - 8}"></rect>${ticks}</svg>`
}

/** Its own page, or where it stands on this one when there are no others. */
function hrefOf({ sessionID }: Lane, frame: Frame): string {
  const page = frame.sealed ? undefined : sessionHref(frame, sessionID)
  return page ?? `#${blockID("session", sessionID)}`
}
