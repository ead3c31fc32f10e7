import type { PartData } from "../../protocol/opencode.ts"
import { asText, type Fields, filled, list, num, record } from "../read.ts"
import { readCall } from "../tools/call.ts"
import { readAttachment } from "./attachment.ts"
import { clean, cutText, oneLine } from "./clean.ts"
import { readFailure } from "./failure.ts"
import { ABSURD_CHARS, type Tools } from "./told.ts"

/** Of an input or an output, where tools are told in short. Characters. */
const SUMMARY_CHARS = 2000

type Blocks = Iterable<string>

/** Every part type of OpenCode 1.18. */
const PARTS: Readonly<Record<string, (part: PartData, tools: Tools) => Blocks>> = {
  agent: (part) => [`[AGENT: ${oneLine(filled(part.name) ?? "agent")}]`],
  compaction: (part) => [`--- compaction (${part.auto === true ? "automatic" : "on request"}) ---`],
  file: (part) => [fileLine(part)],
  patch: (part) => [
    block(`[PATCH: ${oneLine(asText(part.hash).slice(0, 12))}]`, list(part.files).map(fileName).join("\n")),
  ],
  reasoning: (part) => (filled(part.text) ? [block("[REASONING]", said(part.text))] : []),
  retry: retryLine,
  snapshot: (part) => [`--- snapshot (${oneLine(part.snapshot)}) ---`],
  "step-finish": (part) => [stepFinish(part)],
  "step-start": () => ["--- step-start ---"],
  subtask: (part) => [
    block(
      `[SUBTASK: ${oneLine(filled(part.description) ?? filled(part.command) ?? "subtask")}] (${oneLine(filled(part.agent) ?? "agent")})`,
      said(part.prompt),
    ),
  ],
  text: textBlocks,
  tool: toolBlocks,
}

/** A part as blocks, which blank lines stand between. It never throws, so that the log around it stands. */
export function* logPart(part: PartData, tools: Tools): Blocks {
  const type = filled(part.type) ?? "unknown"
  const write = Object.hasOwn(PARTS, type) ? PARTS[type] : undefined
  try {
    yield* write ? write(part, tools) : unknownPart(part, type)
  } catch {
    yield `[PART: ${oneLine(type)}] (cannot be shown)`
  }
}

function textBlocks(part: PartData): Blocks {
  if (!filled(part.text)) return []
  const text = said(part.text)
  if (part.synthetic === true) return [block("[TEXT] (added for the model)", text)]
  if (part.ignored === true) return [block("[TEXT] (not sent to the model)", text)]
  return [text]
}

function toolBlocks(part: PartData, tools: Tools): Blocks {
  const call = readCall(part)
  const line = `[TOOL: ${oneLine(call.tool)}] (${call.status})`
  if (tools === "none") return [line]
  const most = tools === "full" ? ABSURD_CHARS : SUMMARY_CHARS
  // While it runs, its output so far is only in the metadata.
  const output = call.output || asText(call.metadata.output)
  const sections = [
    ["Input", asText(record(part.state).input)],
    ["Output", output],
    ["Error", call.error],
  ] as const
  const told = sections
    .filter(([, text]) => text !== "")
    .map(([name, text]) => `${name}:\n${said(text, most)}`)
  return [[line, ...told, ...call.attachments.map((file) => fileLine(record(file)))].join("\n")]
}

function stepFinish(part: PartData): string {
  const cost = num(part.cost)
  const facts = [
    cost !== undefined && `cost: ${cost}`,
    part.tokens !== undefined && `tokens: ${oneLine(JSON.stringify(part.tokens), 1000)}`,
  ].filter(Boolean)
  return facts.length > 0 ? `--- step-finish (${facts.join(", ")}) ---` : "--- step-finish ---"
}

function retryLine(part: PartData): Blocks {
  const failure = readFailure(part.error)
  const why = [failure?.name, failure?.said].filter(Boolean).join(": ")
  return [`[RETRY: ${num(part.attempt) ?? "?"}]${why && ` (${why})`}`]
}

function unknownPart(
  { id: _, messageID: _m, sessionID: _s, type: _t, ...rest }: PartData,
  type: string,
): Blocks {
  return [block(`[PART: ${oneLine(type)}]`, said(asText(rest)))]
}

function fileLine(file: Fields): string {
  const { name, facts } = readAttachment(file)
  return `[FILE: ${name}]${facts.length > 0 ? ` (${facts.join(", ")})` : ""}`
}

function fileName(file: unknown): string {
  return `- ${oneLine(file)}`
}

function block(line: string, text: string): string {
  return text === "" ? line : `${line}\n${text}`
}

/** A line of a text that could be taken for one of the log's own. */
const POSING =
  /^(?=# (?:Conversation|Session ID|Parent session ID): |## (?:USER|ASSISTANT|UNKNOWN)\b|={80}$|-{40}$|--- (?:step-|snapshot|compaction)|\[(?:AGENT|ERROR|FILE|PART|PATCH|RETRY|SUBTASK|TOOL): |\[(?:TEXT|REASONING)\])/gm

/** What somebody or something said. A backslash stands before lines that pose as the log's own. */
function said(value: unknown, most = ABSURD_CHARS): string {
  const text = asText(value)
  const cut = text.length > most
  const shown = clean(cut ? cutText(text, most) : text)
    .trimEnd()
    .replace(POSING, "\\")
  return cut ? `${shown}... (truncated from ${text.length} chars)` : shown
}
