import type { MessageData, ModelData } from "../protocol/opencode.ts"
import { elapsed, formatCost, formatDuration, timeTag } from "./format.ts"
import type { Frame } from "./frame.ts"
import { type Html, html } from "./html.ts"
import { messageError } from "./message-error.ts"
import { filled, num, record } from "./read.ts"
import { tokenText } from "./usage.ts"

/** Who speaks in a message. */
export interface Voice {
  role: "user" | "assistant" | "unknown"
  name: string
  model: string
}

export function voiceOf(info: MessageData, models: readonly ModelData[]): Voice {
  if (info.role === "user") return { role: "user", name: "User", model: "" }
  const name = filled(info.agent) ?? filled(info.mode)
  if (info.role === "assistant") {
    return { role: "assistant", name: name ?? "Assistant", model: modelName(info, models) ?? "" }
  }
  return { role: "unknown", name: name ?? "Message", model: "" }
}

/** The model's own name where the share tells it, its id otherwise. User messages hold the choice in `model`. */
export function modelName(info: MessageData, models: readonly ModelData[]): string | undefined {
  const chosen = record(info.model)
  const id = filled(info.modelID) ?? filled(chosen.modelID) ?? filled(chosen.id)
  const provider = filled(info.providerID) ?? filled(chosen.providerID)
  const known = models
    .map(record)
    .find((model) => model.id === id && (!provider || model.providerID === provider))
  return filled(known?.name) ?? id
}

interface HeadPlace {
  id: string
  voice: Voice
  /** The same voice spoke just before: its name is not repeated. */
  continues: boolean
  /** Another model spoke just before. */
  switched: boolean
  /** Nothing that the parts say as well (lean.ts). */
  lean: boolean
}

export function messageHead(info: MessageData, { id, voice, continues, switched, lean }: HeadPlace): Html {
  const time = timeTag(record(info.time).created, "clock")
  const took = elapsed(info.time)
  const bare = html`<a class="permalink" href="#${id}">${time ?? "Link"}</a>`
  const link = html`${bare}${took !== undefined && html` <span class="took">${formatDuration(took)}</span>`}`
  if (continues) return html`<div class="head again" id="${id}.head">${lean ? bare : link}</div>`
  const summary = info.summary === true && html`<span class="note">summary</span>`
  const change = switched && html`<span class="note">model switched</span>`
  return html`<div class="head" id="${id}.head"><h2>${voice.name}</h2>${voice.model && html`<span class="model">${voice.model}</span>`}${change}${summary}${link}</div>`
}

/** Ends that need no word. */
const USUAL_ENDS = new Set(["stop", "tool-calls", "end_turn"])

export function messageFoot(
  info: MessageData,
  { id, working }: { id: string; working: boolean },
  frame: Frame,
): Html {
  return html`<div class="foot" id="${id}.foot">${footError(info, frame)}${usageLine(info, frame)}${working && html`<p class="working"><span class="pulse" aria-hidden="true"></span>Working</p>`}</div>`
}

function footError(info: MessageData, frame: Frame): Html | undefined {
  try {
    return messageError(info.error, frame)
  } catch {
    return html`<p class="broken">An error that cannot be shown.</p>`
  }
}

function usageLine(info: MessageData, { lean }: Frame): Html | undefined {
  if (info.role !== "assistant") return undefined
  const cost = num(info.cost)
  const end = filled(info.finish)
  const facts = [
    tokenText(info.tokens, { brief: lean }),
    cost !== undefined && cost > 0 && formatCost(cost),
    end !== undefined && !USUAL_ENDS.has(end) && `ended: ${end.replaceAll("-", " ")}`,
  ].filter(Boolean)
  return facts.length > 0
    ? html`<p class="usage">${facts.map((fact) => html`<span>${fact}</span> `)}</p>`
    : undefined
}
