import type { Document } from "../protocol/document.ts"
import { formatCount } from "./format.ts"
import { filled, num, record } from "./read.ts"

export interface Usage {
  input: number
  output: number
  reasoning: number
  cached: number
  cost: number
}

/** Tokens and cost of anything that OpenCode counts them for: a session, a message, a step. */
export function readUsage(value: unknown): Usage {
  const fields = record(value)
  const tokens = record(fields.tokens)
  const cache = record(tokens.cache)
  return {
    input: num(tokens.input) ?? 0,
    output: num(tokens.output) ?? 0,
    reasoning: num(tokens.reasoning) ?? 0,
    cached: num(cache.read) ?? 0,
    cost: num(fields.cost) ?? 0,
  }
}

export function addUsage(a: Usage, b: Usage): Usage {
  return {
    input: a.input + b.input,
    output: a.output + b.output,
    reasoning: a.reasoning + b.reasoning,
    cached: a.cached + b.cached,
    cost: a.cost + b.cost,
  }
}

/** `1,200 in, 80 out` and, unless it should be brief, what else was counted; undefined when nothing was. */
export function tokenText(tokens: unknown, { brief = false } = {}): string | undefined {
  const { input, output, reasoning, cached } = readUsage({ tokens })
  if (input + output + reasoning + cached === 0) return undefined
  const parts = [`${formatCount(input)} in`, `${formatCount(output)} out`]
  if (brief) return parts.join(" · ")
  if (reasoning > 0) parts.push(`${formatCount(reasoning)} reasoning`)
  if (cached > 0) parts.push(`${formatCount(cached)} cached`)
  return parts.join(" · ")
}

/** OpenCode keeps sums in the session; older versions do not, and then the messages tell. */
export function usageOf({ session, messages }: Pick<Document, "session" | "messages">): Usage {
  const summed = messages.map(({ info }) => readUsage(info)).reduce(addUsage, readUsage(undefined))
  const told = readUsage(session)
  return told.input + told.output > 0 ? { ...told, cost: told.cost || summed.cost } : summed
}

/** Tokens that the last answer's context held, and how many its model takes, where the share says so. */
export function contextUse({
  messages,
  models,
}: Pick<Document, "messages" | "models">): { tokens: number; limit?: number } | undefined {
  const info = messages.findLast(({ info }) => info.role === "assistant" && record(info.tokens).output)?.info
  if (info === undefined) return undefined
  const { input, output, reasoning, cached } = readUsage(info)
  const written = num(record(record(info.tokens).cache).write) ?? 0
  const tokens = input + output + reasoning + cached + written
  if (tokens === 0) return undefined
  const model = models.map(record).find(({ id }) => id === filled(info.modelID))
  const limit = num(record(model?.limit).context)
  return limit !== undefined && limit > 0 ? { tokens, limit } : { tokens }
}
