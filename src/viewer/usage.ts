import { formatCount } from "./format.ts"
import { num, record } from "./read.ts"

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

/** `1,200 in, 80 out` and what else was counted; undefined when nothing was. */
export function tokenText(tokens: unknown): string | undefined {
  const { input, output, reasoning, cached } = readUsage({ tokens })
  if (input + output + reasoning + cached === 0) return undefined
  const parts = [`${formatCount(input)} in`, `${formatCount(output)} out`]
  if (reasoning > 0) parts.push(`${formatCount(reasoning)} reasoning`)
  if (cached > 0) parts.push(`${formatCount(cached)} cached`)
  return parts.join(" · ")
}
