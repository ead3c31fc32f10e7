import type { Frame } from "../frame.ts"
import type { Child, Html } from "../html.ts"
import { asText, type Fields, filled, list, record, str } from "../read.ts"

/** A tool part with every field read, whatever state it is in. */
export interface ToolCall {
  tool: string
  status: "pending" | "running" | "completed" | "error" | "unknown"
  input: Fields
  output: string
  error: string
  /** What OpenCode calls this call in its own list. */
  title: string | undefined
  metadata: Fields
  time: unknown
  attachments: readonly unknown[]
}

/** What a tool's renderer answers: the card's line, and what is inside. */
export interface ToolView {
  /** The verb, such as `Read`. */
  name: string
  icon: Icon
  /** What it was done to. */
  subject?: Child
  /** Small facts at the end of the line: counts, exit codes. */
  facts?: readonly Child[]
  body?: Html | undefined
  /** Show the body without a click. */
  open?: boolean
  /** The view shows the error itself. */
  showsError?: boolean
}

export type ToolRenderer = (call: ToolCall, frame: Frame) => ToolView

/** Drawn by styles/icons.css. */
export type Icon =
  | "terminal"
  | "file"
  | "pencil"
  | "search"
  | "folder"
  | "layers"
  | "branch"
  | "check"
  | "globe"
  | "book"
  | "question"
  | "code"
  | "tool"

const STATUSES = new Set(["pending", "running", "completed", "error"])

export function readCall(part: Fields): ToolCall {
  const state = record(part.state)
  const status = str(state.status) ?? ""
  return {
    tool: filled(part.tool) ?? "tool",
    status: STATUSES.has(status) ? (status as ToolCall["status"]) : "unknown",
    input: record(state.input),
    output: asText(state.output),
    error: asText(state.error),
    title: filled(state.title),
    metadata: record(state.metadata),
    time: state.time,
    attachments: list(state.attachments),
  }
}
