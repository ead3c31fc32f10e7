import { type Document, type Message, visible } from "../../protocol/document.ts"
import type { MessageData } from "../../protocol/opencode.ts"
import { type ChangeSum, changesOf } from "../changes/changed-files.ts"
import { directoryOf } from "../frame.ts"
import { modelName } from "../message.ts"
import { filled } from "../read.ts"

/** What a picture of a session tells, as the session says it: hostile text, of any length. */
export interface CardFacts {
  title: string | undefined
  prompt: string | undefined
  project: string | undefined
  models: { names: string[]; count: number }
  turns: number
  changes: ChangeSum
}

const NAMED_MODELS = 3
/** More is not looked at. Characters. */
const MAX_PROMPT = 4_000
const MAX_PATH = 4_000

/** What OpenCode calls a session that it has not yet named. */
const UNNAMED = /^(?:New|Child) session - \d{4}-\d\d-\d\dT/

export function readFacts(folded: Document): CardFacts {
  const document = visible(folded)
  const { session, messages } = document
  const prompts = messages.filter(({ info }) => info.role === "user")
  const title = filled(session?.title)
  return {
    title: title !== undefined && UNNAMED.test(title) ? undefined : title,
    prompt: firstWords(prompts),
    project: directoryOf(document)
      .slice(-MAX_PATH)
      .split(/[/\\]/)
      .findLast((name) => name !== ""),
    models: modelsOf(document),
    turns: prompts.length,
    changes: changesOf(document),
  }
}

function firstWords(prompts: readonly Message[]): string | undefined {
  for (const prompt of prompts) {
    const words = wordsOf(prompt)
    if (words !== undefined) return words
  }
  return undefined
}

/** What was typed, without what Markdown marks it up with. */
function wordsOf({ parts }: Message): string | undefined {
  const said = parts.find((part) => part.type === "text" && part.synthetic !== true && filled(part.text))
  const text = filled(said?.text)?.slice(0, MAX_PROMPT)
  return filled(text?.replace(/\*\*|`+/g, "").replace(/^[ \t]*(?:#{1,6}|>|[-*])[ \t]+/gm, ""))
}

/** The first few by name, as to look a name up takes time by the number of models that the share tells of. */
function modelsOf({ messages, models }: Document): CardFacts["models"] {
  const first = new Map<string, MessageData>()
  for (const { info } of messages) {
    const id = info.role === "assistant" ? filled(info.modelID) : undefined
    if (id !== undefined && !first.has(id)) first.set(id, info)
  }
  const named = [...first.values()].slice(0, NAMED_MODELS)
  return { names: named.flatMap((info) => modelName(info, models) ?? []), count: first.size }
}
