import { type Document, type Message, visible } from "../../protocol/document.ts"
import { modelName, voiceOf } from "../message.ts"
import { filled, record } from "../read.ts"
import { titleOf } from "../summary.ts"
import { clock, oneLine } from "./clean.ts"
import { readFailure } from "./failure.ts"
import { logPart } from "./log-part.ts"
import type { Told, Tools } from "./told.ts"

const THICK = "=".repeat(80)
const THIN = "-".repeat(40)

/** The session as a log: every message with its parts, then the subagents' sessions, each with a head of its own. */
export function* writeLog({ document, slice, tools }: Told): Generator<string> {
  const shown = slice?.document ?? visible(document)
  const range = slice && `messages ${slice.first} to ${slice.last} of ${slice.of}`
  yield* writeSession(shown, tools, [["Range", range]])
}

type Fact = readonly [name: string, value: string | undefined]

function* writeSession(document: Document, tools: Tools, more: readonly Fact[]): Generator<string> {
  yield `${head(document, more)}\n\n${THICK}\n`
  for (const [at, message] of document.messages.entries()) {
    if (at > 0) yield `\n${THIN}\n`
    yield `\n${messageLine(message)}\n`
    for (const part of message.parts) {
      for (const piece of logPart(part, tools)) yield `\n${piece}\n`
    }
    const failure = readFailure(message.info.error)
    if (failure) yield `\n[ERROR: ${failure.name}]${failure.said && ` ${failure.said}`}\n`
  }
  for (const child of document.children) {
    yield `\n${THICK}\n\n`
    yield* writeSession(child, tools, [["Parent session ID", document.sessionID]])
  }
}

function head(document: Document, more: readonly Fact[]): string {
  const { session, messages, sessionID } = document
  const created = clock(record(session?.time).created)
  const parts = messages.reduce((sum, message) => sum + message.parts.length, 0)
  const facts: Fact[] = [
    ["Conversation", titleOf(document)],
    ["Session ID", sessionID],
    ["Created", created ? `${created} UTC` : "unknown"],
    ["Messages", `${messages.length}, Parts: ${parts}`],
    ["Workspace", filled(session?.directory) ?? "unknown"],
    ...more,
  ]
  return facts
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `# ${name}: ${oneLine(value, 1000)}`)
    .join("\n")
}

/** `## ASSISTANT [build] (demo-model) — 2026-11-21 02:27:38`. */
function messageLine({ info }: Message): string {
  const agent = filled(info.agent) ?? filled(info.mode)
  const model = modelName(info, [])
  const at = clock(record(info.time).created)
  return [
    `## ${voiceOf(info, []).role.toUpperCase()}`,
    agent && ` [${oneLine(agent)}]`,
    model && ` (${oneLine(model)})`,
    at && ` — ${at}`,
  ]
    .filter(Boolean)
    .join("")
}
