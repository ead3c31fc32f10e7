import type { PartData } from "../protocol/opencode.ts"
import { type Frame, frameOfPart } from "./frame.ts"
import { type Html, html, nothing } from "./html.ts"
import { jsonBox } from "./json-box.ts"
import { agentPart, subtaskPart } from "./parts/delegation.ts"
import { compactionPart, retryPart } from "./parts/events.ts"
import { filePart } from "./parts/file.ts"
import { patchPart, snapshotPart, stepFinishPart, stepStartPart } from "./parts/quiet.ts"
import { reasoningPart } from "./parts/reasoning.ts"
import { promptText, textPart } from "./parts/text.ts"
import { filled } from "./read.ts"
import { readCall } from "./tools/call.ts"
import { leanCard } from "./tools/lean-card.ts"
import { toolCard } from "./tools/tool-card.ts"
import { typedLength } from "./typed.ts"

type PartRenderer = (part: PartData, frame: Frame) => Html

/** Every part type of OpenCode 1.18. */
const PARTS: Readonly<Record<string, PartRenderer>> = {
  agent: agentPart,
  compaction: compactionPart,
  file: filePart,
  patch: patchPart,
  reasoning: reasoningPart,
  retry: retryPart,
  snapshot: snapshotPart,
  "step-finish": stepFinishPart,
  "step-start": stepStartPart,
  subtask: subtaskPart,
  text: textPart,
  tool: (part, frame) => (frame.lean ? leanCard : toolCard)(readCall(part), frame),
}

/**
 * The element of one part. It never throws: a part that cannot be shown says so, and the page around it stands.
 * @param role of the message; users' texts are prompts
 * @param inner what stands behind it: the session of the subagent that it called
 */
export function renderPart(part: PartData, id: string, role: string, frame: Frame, inner = nothing): Html {
  const type = filled(part.type) ?? "unknown"
  const kind = Object.hasOwn(PARTS, type) ? type : "other"
  return html`<div class="part ${kind}" id="${id}"${typedMark(part)}>${content(part, type, role, frameOfPart(frame, id))}${inner}</div>`
}

/** Where the browser script shows the rest of a text while it is being written. */
function typedMark(part: PartData): Html | undefined {
  try {
    const typed = typedLength(part)
    return typed === undefined ? undefined : html` data-typed="${typed}"`
  } catch {
    return undefined
  }
}

function content(part: PartData, type: string, role: string, frame: Frame): Html {
  try {
    if (type === "text" && role === "user") return promptText(part, frame)
    const renderer = Object.hasOwn(PARTS, type) ? PARTS[type] : undefined
    return renderer ? renderer(part, frame) : unknownPart(part, type, frame)
  } catch {
    return html`<p class="broken">A part of type <code>${type}</code> that cannot be shown.</p>`
  }
}

function unknownPart(part: PartData, type: string, frame: Frame): Html {
  const { id: _, messageID: _m, sessionID: _s, type: _t, ...rest } = part
  return html`<details class="card"><summary class="line"><span class="icon i-tool" aria-hidden="true"></span><span class="name">${type}</span> <span class="subject dim">a part that this page does not know</span></summary><div class="body">${jsonBox(rest, frame)}</div></details>`
}
