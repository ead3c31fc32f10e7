import type { PartData } from "../../protocol/opencode.ts"
import { formatCount } from "../format.ts"
import { asText, type Fields, filled, list, num, record } from "../read.ts"
import { readCall } from "../tools/call.ts"
import { readAttachment } from "./attachment.ts"
import { clean, cutText, oneLine } from "./clean.ts"
import { readFailure } from "./failure.ts"
import { codeSpan, enclose, fenced, quoted } from "./prose.ts"
import { ABSURD_CHARS, type Tools } from "./told.ts"
import { toolLine, within } from "./tool-line.ts"

interface Place {
  tools: Tools
  /** The session's folder; paths below it are told relative to it. */
  directory: string
}

type Blocks = Iterable<string>

/** Every part type of OpenCode 1.18. Steps and snapshots are bookkeeping that says nothing to a reader. */
const PARTS: Readonly<Record<string, (part: PartData, place: Place) => Blocks>> = {
  agent: (part) => [`- **agent** ${codeSpan(`@${oneLine(filled(part.name) ?? "agent")}`)}`],
  compaction: (part) => [`_Context compacted ${part.auto === true ? "automatically" : "on request"}._`],
  file: (part) => [fileLine(part)],
  patch: (part, { directory }) => [
    `- **changed** ${list(part.files)
      .map((file) => codeSpan(oneLine(within(asText(file), directory))))
      .join(", ")}`,
  ],
  reasoning: (part) => (filled(part.text) ? [quoted(`_Thought:_ ${said(part.text)}`)] : []),
  retry: retryLine,
  snapshot: () => [],
  "step-finish": () => [],
  "step-start": () => [],
  subtask: (part) => [
    `- **subtask** ${codeSpan(`@${oneLine(filled(part.agent) ?? "agent")}`)} ${oneLine(part.description ?? part.command)}`,
    quoted(said(part.prompt)),
  ],
  text: textBlocks,
  tool: toolBlocks,
}

/** A part as blocks of Markdown. It never throws, so that what stands around it does. */
export function* markdownPart(part: PartData, place: Place): Blocks {
  const type = filled(part.type) ?? "unknown"
  const write = Object.hasOwn(PARTS, type) ? PARTS[type] : undefined
  try {
    yield* write ? write(part, place) : unknownPart(part, type, place)
  } catch {
    yield `- **${oneLine(type)}** cannot be shown`
  }
}

function textBlocks(part: PartData, { tools }: Place): Blocks {
  if (!filled(part.text)) return []
  const text = said(part.text)
  const aside =
    part.synthetic === true ? "added for the model" : part.ignored === true && "not sent to the model"
  if (!aside) return [enclose(text)]
  const line = `- **${aside}** ${formatCount(text.length)} characters`
  return tools === "full" ? [line, fenced(text)] : tools === "summary" ? [line] : []
}

function* toolBlocks(part: PartData, { tools, directory }: Place): Blocks {
  if (tools === "none") return
  const call = readCall(part)
  yield toolLine(call, directory)
  for (const file of call.attachments) yield fileLine(record(file))
  if (tools === "summary") return
  const input = record(part.state).input
  // While it runs, its output so far is only in the metadata.
  const output = call.output || asText(call.metadata.output)
  if (asText(input) !== "") yield `Input:\n\n${fenced(said(input), typeof input === "string" ? "" : "json")}`
  if (output !== "") yield `Output:\n\n${fenced(said(output))}`
  if (call.error !== "") yield `Error:\n\n${fenced(said(call.error))}`
}

function retryLine(part: PartData): Blocks {
  const { name = "", said: message = "" } = readFailure(part.error) ?? {}
  const why = [name, message].filter(Boolean).join(": ")
  return [`- **retry** ${num(part.attempt) ?? ""}${why && ` ${codeSpan(why)}`}`]
}

function unknownPart(
  { id: _, messageID: _m, sessionID: _s, type: _t, ...rest }: PartData,
  type: string,
  { tools }: Place,
): Blocks {
  const line = `- **${oneLine(type)}** a part of a kind that is not known here`
  return tools === "full" ? [line, fenced(said(rest), "json")] : [line]
}

function fileLine(file: Fields): string {
  const { name, facts } = readAttachment(file)
  return `- **file** ${codeSpan(name)}${facts.length > 0 ? ` (${facts.map(codeSpan).join(", ")})` : ""}`
}

/** What somebody or something said. */
export function said(value: unknown): string {
  const text = asText(value)
  const shown = clean(cutText(text, ABSURD_CHARS)).trimEnd()
  return text.length > ABSURD_CHARS ? `${shown}… (of ${formatCount(text.length)} characters)` : shown
}
