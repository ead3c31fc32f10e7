import type { Document, Message } from "../protocol/document.ts"
import type { PartData } from "../protocol/opencode.ts"
import { toolEdits } from "./changes/tool-edits.ts"
import { elapsed } from "./format.ts"
import { filled, num, record } from "./read.ts"
import { remember } from "./remember.ts"

/** A prompt and what was answered to it, until the next prompt. The first one of a session may lack the prompt. */
export interface Turn {
  prompt?: Message
  answers: readonly Message[]
}

export function turnsOf(messages: readonly Message[]): Turn[] {
  const turns: { prompt?: Message; answers: Message[] }[] = []
  for (const message of messages) {
    if (message.info.role === "user") turns.push({ prompt: message, answers: [] })
    else if (turns.length === 0) turns.push({ answers: [message] })
    else turns.at(-1)?.answers.push(message)
  }
  return turns
}

/** What happened in a turn, for its line and for its entry in the outline. */
export interface TurnFacts {
  answers: number
  tools: number
  failed: number
  subagents: number
  files: number
  additions: number
  deletions: number
  /** Milliseconds from the prompt to the last answer's end; undefined while it is worked on. */
  took: number | undefined
  cost: number
  outcome: Outcome
}

export type Outcome = "running" | "finished" | "aborted" | "failed"

export function factsOf({ prompt, answers }: Turn): TurnFacts {
  const facts = { tools: 0, failed: 0, subagents: 0, additions: 0, deletions: 0, cost: 0 }
  const files = new Set<string>()
  for (const { info, parts } of answers) {
    facts.cost += num(info.cost) ?? 0
    for (const part of parts) {
      if (part.type !== "tool") continue
      const call = callFacts(part)
      facts.tools++
      facts.failed += call.failed
      facts.subagents += call.subagents
      facts.additions += call.additions
      facts.deletions += call.deletions
      for (const path of call.paths) files.add(path)
    }
  }
  const outcome = outcomeOf(answers)
  return {
    ...facts,
    answers: answers.length,
    failed: facts.failed + (outcome === "failed" ? 1 : 0),
    files: files.size,
    took: outcome === "running" ? undefined : tookOf(prompt, answers),
    outcome,
  }
}

const callFacts = remember((part: PartData) => {
  const tool = filled(part.tool) ?? ""
  const state = record(part.state)
  const edits = toolEdits(tool, state)
  return {
    failed: state.status === "error" ? 1 : 0,
    subagents: tool === "task" ? 1 : 0,
    additions: edits.reduce((sum, { additions }) => sum + additions, 0),
    deletions: edits.reduce((sum, { deletions }) => sum + deletions, 0),
    paths: edits.map(({ path }) => path),
  }
})

/** How the last of these messages ended. */
export function outcomeOf(answers: readonly Message[]): Outcome {
  const info = answers.at(-1)?.info
  if (info === undefined) return "finished"
  if (info.error !== undefined && info.error !== null) {
    return record(info.error).name === "MessageAbortedError" ? "aborted" : "failed"
  }
  return info.role === "assistant" && num(record(info.time).completed) === undefined ? "running" : "finished"
}

function tookOf(prompt: Message | undefined, answers: readonly Message[]): number | undefined {
  const first = prompt ?? answers[0]
  const last = answers.at(-1)
  if (first === undefined || last === undefined) return undefined
  const times = record(last.info.time)
  return elapsed({ start: record(first.info.time).created, end: times.completed ?? times.created })
}

const LABEL_CHARS = 90

/** A prompt in a line: its first words, without the signs of Markdown. */
export function labelOf({ parts }: Pick<Message, "parts">): string {
  const said = parts.find((part) => part.type === "text" && part.synthetic !== true && filled(part.text))
  return said ? labelOfText(said) : "Attachment"
}

const labelOfText = remember((part: PartData) => {
  const text = (filled(part.text) ?? "").slice(0, LABEL_CHARS * 4)
  const plain = text
    .replace(/[*_`#>]+/g, "")
    .replace(/\s+/g, " ")
    .trim()
  return plain.length > LABEL_CHARS ? `${plain.slice(0, LABEL_CHARS).trimEnd()}…` : plain || "Prompt"
})

/** How a session ended, by its last turn; one that nobody has prompted is finished. */
export function outcomeOfSession({ messages }: Pick<Document, "messages">): Outcome {
  return outcomeOf(turnsOf(messages).at(-1)?.answers ?? [])
}

/** Parts of a document, its subagents' included. */
export function countParts(document: Document): number {
  let parts = 0
  for (const message of document.messages) parts += message.parts.length
  for (const child of document.children) parts += countParts(child)
  return parts
}
