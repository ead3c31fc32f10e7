import { type Document, type Message, visible } from "../../protocol/document.ts"
import type { ModelData } from "../../protocol/opencode.ts"
import { fileDiffs } from "../changes/changed-files.ts"
import { writeHunk } from "../changes/compose.ts"
import { formatCost } from "../format.ts"
import { directoryOf } from "../frame.ts"
import { modelName } from "../message.ts"
import { filled, record } from "../read.ts"
import { titleOf } from "../summary.ts"
import { tokenText } from "../usage.ts"
import { clock, oneLine } from "./clean.ts"
import { readFailure } from "./failure.ts"
import { markdownPart, said } from "./markdown-part.ts"
import { codeSpan, fenced } from "./prose.ts"
import type { Told, Tools } from "./told.ts"
import { within } from "./tool-line.ts"

const RULE = "\n---\n\n"

interface Place {
  tools: Tools
  directory: string
  /** The root's, as a subagent's session names none of its own. */
  models: readonly ModelData[]
  /** Of the headings of messages. Markdown has six. */
  level: number
  /** The first message's. */
  number: number
}

/**
 * The session as Markdown, for agents and for pasting: each message behind a rule, under a heading that no text in it
 * can pose as, with its number, which `?from=` and `?to=` take.
 */
export function* writeMarkdown({ document, slice, tools }: Told): Generator<string> {
  const shown = slice?.document ?? visible(document)
  const place = {
    tools,
    directory: directoryOf(shown),
    models: shown.models,
    level: 2,
    number: slice?.first ?? 1,
  }
  const range = slice && `${slice.first} to ${slice.last} of ${slice.of}`
  yield `# ${oneLine(titleOf(shown))}\n\n${facts(shown, range)}\n`
  yield* writeMessages(shown, place)
  yield* writeChanges(shown, place)
  yield* writeOthers(shown, place)
}

function facts(document: Document, range: string | undefined): string {
  const { session, messages, sessionID } = document
  const created = clock(record(session?.time).created)
  const cost = record(session).cost
  const rows: [string, string | undefined][] = [
    ["Session", codeSpan(sessionID)],
    ["Started", created && `${created} UTC`],
    ["Folder", filled(session?.directory) && codeSpan(oneLine(session?.directory, 1000))],
    ["Models", modelsOf(document)],
    ["Messages", range ?? String(messages.length)],
    ["Subagents", document.children.length > 0 ? String(document.children.length) : undefined],
    ["Tokens", tokenText(session?.tokens)],
    ["Cost", typeof cost === "number" && cost > 0 ? formatCost(cost) : undefined],
    ["OpenCode", filled(session?.version) && oneLine(session?.version)],
  ]
  return rows.flatMap(([name, value]) => (value ? [`- ${name}: ${value}`] : [])).join("\n")
}

function modelsOf({ messages, models }: Document): string {
  const spoken = messages.filter(({ info }) => info.role === "assistant")
  return oneLine([...new Set(spoken.map(({ info }) => modelName(info, models)).filter(Boolean))].join(", "))
}

function* writeMessages(document: Document, place: Place): Generator<string> {
  for (const [at, message] of document.messages.entries()) {
    yield `${RULE}${heading(message, place)}\n\n${messageFacts(message, place.number + at)}\n`
    yield* spaced(messageBlocks(message, place))
  }
  for (const child of document.children) {
    const title = filled(child.session?.title) ?? "Subagent session"
    yield `${RULE}${marks(place.level)} Subagent: ${oneLine(title)}\n`
    yield* writeMessages(child, { ...place, level: place.level + 1, number: 1 })
  }
}

const VOICES: Readonly<Record<string, string>> = { user: "User", assistant: "Assistant" }

function heading({ info }: Message, { level, models }: Place): string {
  const model = info.role === "assistant" && modelName(info, models)
  const voice = Object.hasOwn(VOICES, info.role) ? VOICES[info.role] : "Message"
  return `${marks(level)} ${voice}${model ? ` (${oneLine(model)})` : ""}`
}

function messageFacts({ info }: Message, number: number): string {
  const at = clock(record(info.time).created)
  const agent = filled(info.agent) ?? filled(info.mode)
  return `_${[`#${number}`, agent && oneLine(agent), at && `${at} UTC`].filter(Boolean).join(" · ")}_`
}

function* messageBlocks({ info, parts }: Message, place: Place): Generator<string> {
  for (const part of parts) yield* markdownPart(part, place)
  const failure = readFailure(info.error)
  if (failure) yield `> **${failure.name}**${failure.said && ` ${failure.said}`}`
}

/** Blocks with a blank line before each, but for the lines of one list. */
function* spaced(blocks: Iterable<string>): Generator<string> {
  let inList = false
  for (const block of blocks) {
    const isLine = block.startsWith("- **") && !block.includes("\n")
    yield `${inList && isLine ? "" : "\n"}${block}\n`
    inList = isLine
  }
}

function* writeChanges(document: Document, { tools, directory, level }: Place): Generator<string> {
  const files = [...fileDiffs(document)]
  if (files.length === 0) return
  yield `${RULE}${marks(level)} Changed files\n\n`
  for (const { path, additions, deletions, status, hunks } of files) {
    const what = status && status !== "modified" ? `, ${oneLine(status)}` : ""
    yield `- ${codeSpan(oneLine(within(path, directory)))} +${additions} −${deletions}${what}\n`
    if (tools === "full") for (const hunk of hunks) yield `\n${fenced(said(writeHunk(hunk)), "diff")}\n\n`
  }
}

/** Items of kinds that we do not know. */
function* writeOthers({ others }: Document, { tools, level }: Place): Generator<string> {
  if (others.length === 0) return
  yield `${RULE}${marks(level)} Also in this share\n\n`
  for (const { type, data } of others) {
    yield `- ${codeSpan(type)}\n`
    if (tools === "full") yield `\n${fenced(said(data), "json")}\n\n`
  }
}

function marks(level: number): string {
  return "#".repeat(Math.min(level, 6))
}
