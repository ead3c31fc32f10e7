import type { Document } from "../protocol/document.ts"
import { originOf } from "../protocol/origin.ts"
import { SUMMARY } from "./block.ts"
import { changesOf } from "./changes/changed-files.ts"
import { statTag } from "./diff-box.ts"
import { formatCompact, formatCost, formatCount, formatDuration, plural, timeTag } from "./format.ts"
import { directoryOf } from "./frame.ts"
import { type Child, type Html, html } from "./html.ts"
import { modelName } from "./message.ts"
import { filled, num, record } from "./read.ts"
import { descendantsOf } from "./session-tree.ts"
import { type Outcome, outcomeOfSession } from "./turns.ts"
import { contextUse, type Usage, usageOf } from "./usage.ts"

/** The title of the page: the session's own, as soon as it has one. */
export function titleOf(document: Document): string {
  return (
    filled(document.session?.title) ?? (document.session ? "Untitled session" : "A session is on its way")
  )
}

/** What a reader wants to know before reading: what, where, when, who, how much. */
export function summaryHeader(document: Document, raw: Document): Html {
  const { session } = document
  const directory = directoryOf(document)
  const project = directory.split(/[/\\]/).findLast((name) => name !== "")
  const time = record(session?.time)
  return html`<header id="${SUMMARY}"><p class="eyebrow">${project && html`<span class="project" title="${directory}">${project}</span>`}${state(document, raw)}</p><h1>${titleOf(document)}</h1><p class="dates">${dates(document, time)}</p><dl class="facts">${facts(document)}</dl></header>`
}

function dates(document: Document, time: ReturnType<typeof record>): Child {
  const created = timeTag(time.created)
  const updated = num(time.updated) !== num(time.created) ? timeTag(time.updated) : undefined
  const worked = workedFor(document)
  const origin = originOf(document.session)
  return [
    created && html`<span>Started ${created}</span>`,
    worked >= 1000 &&
      html` <span title="Time that the agent was at work">Worked ${formatDuration(worked)}</span>`,
    updated && html` <span>Last change ${updated}</span>`,
    origin &&
      html` <span>Continued from <a href="${origin.href}" rel="noopener noreferrer nofollow ugc" target="_blank">a share at ${origin.host}</a></span>`,
  ]
}

/** How long the agent was at work, without the time that it waited for somebody. Milliseconds. */
function workedFor({ messages }: Document): number {
  let sum = 0
  for (const { info } of messages) {
    const { created, completed } = record(info.time)
    const [from, to] = [num(created), num(completed)]
    if (info.role === "assistant" && from !== undefined && to !== undefined && to > from) sum += to - from
  }
  return sum
}

const WORDS: Readonly<Record<Outcome | "unanswered", string>> = {
  unanswered: "Waiting for an answer",
  running: "Working",
  finished: "Finished",
  aborted: "Stopped by the user",
  failed: "Failed",
}

function state(document: Document, raw: Document): Child {
  const undone = raw.messages.length - document.messages.length
  const outcome = outcomeOfSession(document)
  const ending = document.messages.at(-1)?.info.role === "user" ? "unanswered" : outcome
  return [
    document.messages.length > 0 &&
      !document.partial &&
      html` <span class="state ${ending}">${WORDS[ending]}</span>`,
    undone > 0 && html` <span class="state">${plural(undone, "message")} undone</span>`,
    num(record(document.session?.time).archived) !== undefined && html` <span class="state">Archived</span>`,
  ]
}

function facts(document: Document): Child[] {
  const { session, messages } = document
  const usage = usageOf(document)
  const changes = changesOf(document)
  const children = [...descendantsOf(document)]
  const parts = messages.reduce((sum, message) => sum + message.parts.length, 0)
  const spoken = messages.filter(({ info }) => info.role === "assistant").map(({ info }) => info)
  return [
    fact("Model", distinct(spoken.map((info) => modelName(info, document.models)))),
    fact("Agent", distinct(spoken.map((info) => filled(info.agent)))),
    fact(
      "Messages",
      messages.length > 0 &&
        html`${formatCount(messages.length)} <span class="dim">· ${plural(parts, "part")}</span>`,
    ),
    fact("Tokens", usage.input + usage.output > 0 && tokens(usage)),
    fact("Cost", usage.cost > 0 && formatCost(usage.cost)),
    fact("Context", context(document)),
    fact("Changes", changes.files > 0 && html`${plural(changes.files, "file")} ${statTag(changes)}`),
    fact("Subagents", children.length > 0 && formatCount(children.length)),
    fact("OpenCode", filled(session?.version)),
  ]
}

function fact(label: string, value: Child): Html | undefined {
  return value ? html`<div><dt>${label}</dt><dd>${value}</dd></div>` : undefined
}

function tokens({ input, output, reasoning, cached }: Usage): Html {
  const exact = [
    `${formatCount(input)} in`,
    `${formatCount(output)} out`,
    reasoning > 0 && `${formatCount(reasoning)} reasoning`,
    cached > 0 && `${formatCount(cached)} from cache`,
  ]
  return html`<span title="${exact.filter(Boolean).join(", ")}">${formatCompact(input)} in <span class="dim">·</span> ${formatCompact(output)} out</span>`
}

/** How full the model's context was at last; a share of it where the model's size is known. */
function context(document: Document): Child {
  const use = contextUse(document)
  if (use === undefined) return undefined
  const { tokens, limit } = use
  // A share may have been told wrong, or of another model.
  if (limit === undefined || tokens > limit) return formatCompact(tokens)
  const percent = Math.round((tokens / limit) * 100)
  return html`<span title="${formatCount(tokens)} of ${formatCount(limit)} tokens">${percent} %</span>`
}

function distinct(names: readonly (string | undefined)[]): string {
  return [...new Set(names.filter((name) => name !== undefined))].join(", ")
}
