import { outputBox } from "../code-box.ts"
import { FOLD } from "../fold-text.ts"
import { elapsed, formatDuration } from "../format.ts"
import type { Frame } from "../frame.ts"
import { type Child, type Html, html } from "../html.ts"
import { fileBox } from "../parts/file.ts"
import { record } from "../read.ts"
import type { ToolCall, ToolView } from "./call.ts"
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
  const view = toolView(call, frame)
  const body = cardBody(call, view, frame)
  const line = cardLine(call, view)
  if (body.length === 0) return html`<div class="card ${call.status}"><div class="line">${line}</div></div>`
  const open = frame.whole || view.open || call.status === "error"
  return html`<details class="card ${call.status}"${open && html` open`}><summary class="line">${line}</summary><div class="body">${body}</div></details>`
}

function cardLine(call: ToolCall, view: ToolView): Html {
  const took = elapsed(call.time)
  const status = STATUS_NAMES[call.status]
  const facts = [
    ...(view.facts ?? []),
    took !== undefined && took >= NOTABLE && formatDuration(took),
    status && html`<strong class="status">${status}</strong>`,
  ].filter((fact) => fact !== undefined && fact !== false && fact !== "")
  return html`<span class="icon i-${view.icon}" aria-hidden="true"></span><span class="name">${view.name}</span> <span class="subject">${view.subject}</span><span class="facts">${facts.map((fact) => html` <span>${fact}</span>`)}</span>`
}

function cardBody(call: ToolCall, view: ToolView, frame: Frame): Child[] {
  const body: Child[] = []
  if (view.body?.text) body.push(view.body)
  if (call.error && !view.showsError) body.push(errorBox(call.error, frame))
  for (const attachment of call.attachments) body.push(fileBox(record(attachment), frame))
  return body
}

export function errorBox(error: string, frame: Frame): Html {
  return html`<div class="error">${outputBox(error, frame, FOLD.output)}</div>`
}
