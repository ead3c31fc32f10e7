import { elapsed, formatDuration, plural } from "../format.ts"
import { type Fields, filled, list, num, record } from "../read.ts"
import type { ToolCall } from "../tools/call.ts"
import { oneLine } from "./clean.ts"
import { codeSpan } from "./prose.ts"

type Reader = (call: ToolCall, directory: string) => string | undefined

/** What a tool was used on. Of tools that are not named here, the first short text of the input says it nearly always. */
const SUBJECTS: Readonly<Record<string, Reader>> = {
  apply_patch: patched,
  bash: (call) => filled(call.input.command),
  batch: (call) => plural(list(call.input.tool_calls).length, "call"),
  edit: file,
  glob: (call) => filled(call.input.pattern),
  grep: (call) => filled(call.input.pattern),
  list: (call, directory) => within(filled(call.input.path) ?? directory, directory),
  lsp: (call) => filled(call.input.operation),
  multiedit: file,
  patch: patched,
  question: (call) => filled(record(list(call.input.questions)[0]).question),
  read: file,
  task: (call) => filled(call.input.description) ?? call.title,
  todoread: todos,
  todowrite: todos,
  webfetch: (call) => filled(call.input.url),
  write: file,
}

/** What came of it, in a word. */
const FACTS: Readonly<Record<string, Reader>> = {
  bash: ({ metadata }) => (num(metadata.exit) === undefined ? undefined : `exit ${metadata.exit}`),
  glob: ({ metadata }) => counted(metadata.count, "file"),
  grep: ({ metadata }) => counted(metadata.matches, "hit"),
  question: ({ metadata }) =>
    list(metadata.answers)
      .flat()
      .map((answer) => oneLine(answer, 80))
      .join(", ") || undefined,
  task: ({ input }) => filled(input.subagent_type) && `@${oneLine(input.subagent_type)}`,
}

/** Shorter than this, a duration says nothing about the work. Milliseconds. */
const NOTABLE = 100
const SUBJECT_CHARS = 160

/** One call in one line of a list: `- **bash** `npm test` → exit 1, 1.3 s`. */
export function toolLine(call: ToolCall, directory: string): string {
  const subject = oneLine(subjectOf(call, directory), SUBJECT_CHARS)
  const fact = Object.hasOwn(FACTS, call.tool) ? FACTS[call.tool]?.(call, directory) : undefined
  const took = elapsed(call.time)
  const facts = [
    fact,
    call.status === "error" ? failed(call) : call.status !== "completed" && call.status,
    took !== undefined && took >= NOTABLE && formatDuration(took),
  ].filter(Boolean)
  return `- **${oneLine(call.tool)}**${subject && ` ${codeSpan(subject)}`}${facts.length > 0 ? ` → ${facts.join(", ")}` : ""}`
}

function subjectOf(call: ToolCall, directory: string): string | undefined {
  if (Object.hasOwn(SUBJECTS, call.tool)) return SUBJECTS[call.tool]?.(call, directory)
  return (
    call.title ??
    Object.values(call.input)
      .map(filled)
      .find((text) => text !== undefined && text.length <= 120)
  )
}

function failed({ error }: ToolCall): string {
  const why = oneLine(error, 120)
  return why ? `failed: ${codeSpan(why)}` : "failed"
}

function file({ input }: ToolCall, directory: string): string | undefined {
  const path = filled(input.filePath)
  return path && within(path, directory)
}

function patched({ metadata, input }: ToolCall, directory: string): string | undefined {
  const files = list(metadata.files).map(record).map(pathOf)
  if (files.length > 0) return files.map((path) => within(path, directory)).join(", ")
  return /^\*\*\* (?:Add|Update|Delete) File: (.+)$/m.exec(filled(input.patchText) ?? "")?.[1]
}

function pathOf(fields: Fields): string {
  return filled(fields.relativePath) ?? filled(fields.filePath) ?? filled(fields.file) ?? "a file"
}

function todos({ metadata, input }: ToolCall): string | undefined {
  const told = list(metadata.todos)
  const all = (told.length > 0 ? told : list(input.todos)).map(record)
  const done = all.filter(({ status }) => status === "completed").length
  return all.length > 0 ? `${done} of ${all.length} done` : undefined
}

function counted(count: unknown, noun: string): string | undefined {
  const known = num(count)
  return known === undefined ? undefined : plural(known, noun)
}

/** A path as somebody in the session's folder would say it. */
export function within(path: string, directory: string): string {
  if (directory.length < 2) return path
  if (path === directory) return "."
  const inside = directory.endsWith("/") ? directory : `${directory}/`
  return path.startsWith(inside) ? path.slice(inside.length) : path
}
