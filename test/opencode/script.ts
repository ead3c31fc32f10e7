import type { Gate } from "./gate.ts"

/** What a scripted model says, in the order in which it is asked. */
export interface Script {
  /** Answer to the request that names the session. */
  title?: string
  /** Turns of every conversation that no entry of `conversations` claims. */
  turns: readonly Turn[]
  /** Conversations with turns of their own, such as those that a `task` call starts. The first that matches wins. */
  conversations?: readonly Conversation[]
}

export interface Conversation {
  /** Text that the conversation's first user message contains. */
  match: string
  turns: readonly Turn[]
}

/** One answer of the model: any of reasoning, text and tool calls, streamed in this order; or a failure. */
export interface Turn {
  reasoning?: Words
  text?: Words
  tools?: readonly ToolCall[]
  /** Held after the text and before the tool calls. */
  gate?: Gate
  /** Milliseconds between pieces of text; none unless told. */
  pace?: number
  usage?: Usage
  /** Answers with this HTTP status instead. 400 is final for OpenCode; it tries again after 429 and 5xx. */
  failure?: { status: number; message: string }
}

/** Text, or pieces of text with gates between them. */
export type Words = string | readonly (string | Gate)[]

export interface ToolCall {
  tool: string
  input: Record<string, unknown>
}

/** Tokens, as OpenAI-style endpoints count them. */
export interface Usage {
  /** All of the prompt, `cached` included. */
  prompt: number
  completion: number
  reasoning?: number
  cached?: number
}
