import type { PartData } from "../../protocol/opencode.ts"
import { asText, type Fields, filled, list, record, str } from "../read.ts"
import { readCall } from "../tools/call.ts"

/** What kind of text something was found in. */
export type Place =
  | "title"
  | "prompt"
  | "answer"
  | "thought"
  | "note"
  | "command"
  | "input"
  | "output"
  | "change"
  | "file"
  | "error"
  | "subtask"
  | "other"

export interface Field {
  place: Place
  text: string
}

type FieldReader = (part: PartData, role: string) => Iterable<Field>

/** Every part type of OpenCode 1.18 that says something. */
const PARTS: Readonly<Record<string, FieldReader>> = {
  agent: (part) => fields("subtask", [part.name]),
  compaction: () => [],
  file: fileFields,
  patch: (part) => fields("file", list(part.files)),
  reasoning: (part) => fields("thought", [part.text]),
  retry: (part) => errorFields(part.error),
  snapshot: (part) => fields("other", [part.snapshot]),
  "step-finish": () => [],
  "step-start": () => [],
  subtask: (part) => fields("subtask", [part.description, part.prompt, part.command, part.agent]),
  text: (part, role) => fields(placeOfText(part, role), [part.text]),
  tool: toolFields,
}

/** Every text of a part that a reader could look for. */
export function fieldsOfPart(part: PartData, role: string): Iterable<Field> {
  const type = filled(part.type) ?? "unknown"
  const reader = Object.hasOwn(PARTS, type) ? PARTS[type] : undefined
  return reader ? reader(part, role) : unknownFields(part)
}

/** Why a message ended before its time, as far as a person said it. */
export function errorFields(error: unknown): Iterable<Field> {
  return texts("error", error, MACHINES)
}

/** All texts in a value of unknown shape. */
export function* texts(
  place: Place,
  value: unknown,
  skipped: ReadonlySet<string> = NO_KEYS,
): Iterable<Field> {
  const left = [value]
  while (left.length > 0) {
    const next = left.pop()
    if (typeof next === "string") yield { place, text: next }
    else if (Array.isArray(next)) for (let at = next.length - 1; at >= 0; at--) left.push(next[at])
    else {
      for (const [key, inner] of Object.entries(record(next)).reverse())
        if (!skipped.has(key)) left.push(inner)
    }
  }
}

const NO_KEYS: ReadonlySet<string> = new Set()
/** Of an error, what no page shows. */
const MACHINES: ReadonlySet<string> = new Set(["responseHeaders", "metadata", "stack"])

function* fields(place: Place, values: Iterable<unknown>): Iterable<Field> {
  for (const value of values) {
    const text = asText(value)
    if (text) yield { place, text }
  }
}

function placeOfText(part: PartData, role: string): Place {
  if (part.synthetic === true || part.ignored === true) return "note"
  return role === "user" ? "prompt" : "answer"
}

function fileFields(file: Fields): Iterable<Field> {
  const { path, uri } = record(file.source)
  return fields("file", [file.filename, path, uri, file.url].map(str))
}

/** What is not simply an input. */
const INPUTS: Readonly<Record<string, Place>> = {
  command: "command",
  content: "change",
  edits: "change",
  filePath: "file",
  newString: "change",
  oldString: "change",
  patch: "change",
  patchText: "change",
  path: "file",
}

/** What pages show of a tool's metadata; the rest is for machines, or there twice. */
const METADATA: Readonly<Record<string, Place>> = {
  answers: "input",
  diagnostics: "error",
  diff: "change",
  display: "output",
  filediff: "change",
  files: "change",
  output: "output",
  patch: "change",
  results: "change",
  todos: "input",
}
/** Whole files, of which the diff tells what changed, and words for machines. */
const UNSHOWN: ReadonlySet<string> = new Set(["before", "after", "type", "status", "priority"])

function* toolFields(part: PartData): Iterable<Field> {
  const call = readCall(part)
  // A name of OpenCode's own tools is one plain word, and on half of all parts.
  if (/[^a-z]/.test(call.tool)) yield { place: "input", text: call.tool }
  for (const [key, value] of Object.entries(call.input)) yield* texts(placeOf(INPUTS, key) ?? "input", value)
  yield* fields("input", [call.title])
  yield* fields("error", [call.error])
  yield* fields("output", [call.output])
  for (const [key, value] of Object.entries(call.metadata)) {
    const place = placeOf(METADATA, key)
    if (place) yield* texts(place, value, UNSHOWN)
  }
  for (const file of call.attachments) yield* fileFields(record(file))
}

function placeOf(table: Readonly<Record<string, Place>>, key: string): Place | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined
}

const IDS: ReadonlySet<string> = new Set(["id", "messageID", "sessionID"])

function unknownFields(part: PartData): Iterable<Field> {
  return texts("other", part, IDS)
}
