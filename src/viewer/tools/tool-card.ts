import { outputBox } from "../code-box.ts"
import { FOLD } from "../fold-text.ts"
import { elapsed, formatDuration, timeTag } from "../format.ts"
import type { Frame } from "../frame.ts"
import { type Child, type Html, html } from "../html.ts"
import { fileBox } from "../parts/file.ts"
import { record } from "../read.ts"
import type { ToolCall, ToolView } from "./call.ts"
import { type QuietEnd, quietEnd } from "./quiet-ends.ts"
import { remarkBox } from "./remarks.ts"
import { toolView } from "./tool-table.ts"

const STATUS_NAMES = {
  pending: "preparing",
  running: "running",
  completed: undefined,
  error: "failed",
  unknown: "state unknown",
} as const

/** Shorter than this, a duration says nothing about the work. Milliseconds. */
const NOTABLE = 100

/** One tool call: a line that says what was done, with what came of it inside. */
export function toolCard(call: ToolCall, frame: Frame): Html {
  const end = quietEnd(call)
  const shown = end ? { ...call, error: "" } : call
  const view = toolView(shown, frame)
  const body = cardBody(shown, { view, end }, frame)
  const line = cardLine(call, view)
  const state = cardState(call)
  if (body.length === 0) return html`<div class="card ${state}"><div class="line">${line}</div></div>`
  const open = frame.open || view.open || state === "error" || end?.told
  return html`<details class="card ${state}"${open && html` open`}><summary class="line">${line}</summary><div class="body">${body}</div></details>`
}

/** The card's class: an end that somebody wanted is none of a failure. */
export function cardState(call: ToolCall): string {
  return quietEnd(call) ? "ended" : call.status
}

export function cardLine(call: ToolCall, view: ToolView): Html {
  const took = elapsed(call.time)
  const status = quietEnd(call)?.status ?? STATUS_NAMES[call.status]
  const facts = [
    ...(view.facts ?? []),
    took !== undefined && took >= NOTABLE && formatDuration(took),
    status && html`<strong class="status">${status}</strong>`,
  ].filter((fact) => fact !== undefined && fact !== false && fact !== "")
  return html`<span class="icon i-${view.icon}"></span><span class="name">${view.name}</span> <span class="subject">${view.subject}</span><span class="facts">${facts.map((fact) => html` <span>${fact}</span>`)}</span>`
}

interface Content {
  view: ToolView
  end: QuietEnd | undefined
}

function cardBody(call: ToolCall, { view, end }: Content, frame: Frame): Child[] {
  const body: Child[] = []
  if (view.body?.text) body.push(view.body)
  if (call.error && !view.showsError) body.push(errorBox(call.error, frame))
  for (const attachment of call.attachments) body.push(fileBox(record(attachment), frame))
  if (end) body.push(remarkBox(end.says, frame))
  const since = timeTag(record(call.time).compacted, "clock")
  if (since) body.push(html`<p class="remark">No longer in the model’s context since ${since}</p>`)
  return body
}

export function errorBox(error: string, frame: Frame): Html {
  return html`<div class="error">${outputBox(error, frame, FOLD.output)}</div>`
}
