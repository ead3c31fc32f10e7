import type { Document, Message } from "../protocol/document.ts"
import { SUMMARY } from "./block.ts"
import { changedFiles, sumStat } from "./changes.ts"
import { statTag } from "./diff-box.ts"
import { formatCompact, formatCost, formatCount, plural, timeTag } from "./format.ts"
import { directoryOf } from "./frame.ts"
import { type Child, type Html, html } from "./html.ts"
import { modelName } from "./message.ts"
import { filled, num, record } from "./read.ts"
import { addUsage, readUsage, type Usage } from "./usage.ts"

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
  return html`<header id="${SUMMARY}"><p class="eyebrow">${project && html`<span class="project" title="${directory}">${project}</span>`}${state(document, raw)}</p><h1>${titleOf(document)}</h1><p class="dates">${dates(time)}</p><dl class="facts">${facts(document)}</dl></header>`
}

function dates(time: ReturnType<typeof record>): Child {
  const created = timeTag(time.created)
  const updated = num(time.updated) !== num(time.created) ? timeTag(time.updated) : undefined
  return [
    created && html`<span>Started ${created}</span>`,
    updated && html` <span>Last change ${updated}</span>`,
  ]
}

function state(document: Document, raw: Document): Child {
  const undone = raw.messages.length - document.messages.length
  const last = document.messages.at(-1)?.info
  const words: Child[] = []
  if (last?.role === "assistant" && !last.error && num(record(last.time).completed) === undefined) {
    words.push(html` <span class="state busy">Working</span>`)
  }
  if (undone > 0) words.push(html` <span class="state">${plural(undone, "message")} undone</span>`)
  if (num(record(document.session?.time).archived) !== undefined)
    words.push(html` <span class="state">Archived</span>`)
  return words
}

function facts(document: Document): Child[] {
  const { session, messages } = document
  const usage = usageOf(document)
  const { files } = changedFiles(document)
  const changes = changesOf(document)
  return [
    fact(
      "Model",
      distinct(messages, (message) => spoken(message) && modelName(message.info, document.models)),
    ),
    fact(
      "Agent",
      distinct(messages, (message) => spoken(message) && filled(message.info.agent)),
    ),
    fact("Messages", messages.length > 0 && formatCount(messages.length)),
    fact("Tokens", usage.input + usage.output > 0 && tokens(usage)),
    fact("Cost", usage.cost > 0 && formatCost(usage.cost)),
    fact("Changes", changes && html`${plural(changes.files || files.length, "file")} ${statTag(changes)}`),
    fact("Subagents", document.children.length > 0 && formatCount(document.children.length)),
    fact("OpenCode", filled(session?.version)),
  ]
}

function fact(label: string, value: Child): Html | undefined {
  return value ? html`<div><dt>${label}</dt><dd>${value}</dd></div>` : undefined
}

function tokens({ input, output }: Usage): Html {
  const exact = `${formatCount(input)} in, ${formatCount(output)} out`
  return html`<span title="${exact}">${formatCompact(input)} in <span class="dim">·</span> ${formatCompact(output)} out</span>`
}

function spoken({ info }: Message): boolean {
  return info.role === "assistant"
}

function distinct(
  messages: readonly Message[],
  read: (message: Message) => string | false | undefined,
): string {
  const names = new Set(messages.map(read).filter((name) => typeof name === "string"))
  return [...names].join(", ")
}

/** OpenCode keeps sums in the session; older versions do not, and then the messages tell. */
function usageOf({ session, messages }: Document): Usage {
  const summed = messages.map(({ info }) => readUsage(info)).reduce(addUsage, readUsage(undefined))
  const told = readUsage(session)
  return told.input + told.output > 0 ? { ...told, cost: told.cost || summed.cost } : summed
}

function changesOf(document: Document): { files: number; additions: number; deletions: number } | undefined {
  const summary = record(document.session?.summary)
  const told = {
    files: num(summary.files) ?? 0,
    additions: num(summary.additions) ?? 0,
    deletions: num(summary.deletions) ?? 0,
  }
  if (told.files > 0) return told
  const { files } = changedFiles(document)
  return files.length > 0 ? { files: files.length, ...sumStat(files) } : undefined
}
