import type { ServerResponse } from "node:http"
import { setTimeout as sleep } from "node:timers/promises"
import type { Turn, Usage, Words } from "./script.ts"

/** Characters in one chunk of text: small enough that an answer comes in several parts, as from a real model. */
const CHUNK = 24

const DEFAULT_USAGE: Usage = { prompt: 1_200, completion: 80 }

/** Writes one turn as an OpenAI-style event stream. Ends quietly when the other side hangs up. */
export async function streamTurn(turn: Turn, response: ServerResponse): Promise<void> {
  if (turn.failure !== undefined) {
    response.writeHead(turn.failure.status, { "content-type": "application/json" })
    response.end(JSON.stringify({ error: { message: turn.failure.message, type: "invalid_request_error" } }))
    return
  }
  const hungUp = new Promise<"hung up">((resolve) => response.once("close", () => resolve("hung up")))
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" })
  // Said at once: whoever waits at a gate before the first word has an answer under way.
  send({ delta: { role: "assistant", content: "" } })
  await say(turn.reasoning, (reasoning_content) => ({ reasoning_content }))
  await say(turn.text, (content) => ({ content }))
  if (turn.gate !== undefined) await Promise.race([turn.gate.pass(), hungUp])
  turn.tools?.forEach((call, index) => {
    const id = `call_${crypto.randomUUID()}`
    const called = { name: call.tool, arguments: JSON.stringify(call.input) }
    send({ delta: { tool_calls: [{ index, id, type: "function", function: called }] } })
  })
  send({ delta: {}, finish_reason: turn.tools === undefined ? "stop" : "tool_calls" }, usageOf(turn.usage))
  response.end("data: [DONE]\n\n")

  async function say(words: Words | undefined, delta: (text: string) => object): Promise<void> {
    for (const piece of typeof words === "string" ? [words] : (words ?? [])) {
      if (typeof piece !== "string") {
        await Promise.race([piece.pass(), hungUp])
        continue
      }
      for (let at = 0; at < piece.length; at += CHUNK) {
        send({ delta: delta(piece.slice(at, at + CHUNK)) })
        if (turn.pace !== undefined) await Promise.race([sleep(turn.pace), hungUp])
      }
    }
  }

  function send(choice: { delta: object; finish_reason?: string }, more: object = {}): void {
    if (response.destroyed) return
    const chunk = { id: "chatcmpl-1", object: "chat.completion.chunk", created: 0, model: "scripted" }
    const choices = [{ index: 0, finish_reason: null, ...choice }]
    response.write(`data: ${JSON.stringify({ ...chunk, choices, ...more })}\n\n`)
  }
}

function usageOf(usage: Usage = DEFAULT_USAGE): object {
  const { prompt, completion, reasoning = 0, cached = 0 } = usage
  return {
    usage: {
      prompt_tokens: prompt,
      completion_tokens: completion,
      total_tokens: prompt + completion,
      prompt_tokens_details: { cached_tokens: cached },
      completion_tokens_details: { reasoning_tokens: reasoning },
    },
  }
}
