import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { closeServer, listen, readJson } from "../loopback.ts"
import type { Conversation, Script, Turn } from "./script.ts"
import { streamTurn } from "./stream-turn.ts"

export interface ChatMessage {
  role: string
  content?: unknown
}

export interface ModelRequest {
  kind: "title" | "turn"
  /** OpenCode's id of the session that asks; a subagent's is its own. */
  sessionID: string
  /** Text of the conversation's first user message. */
  prompt: string
  messages: ChatMessage[]
  /** Names of the tools that OpenCode offered. */
  tools: string[]
  headers: IncomingMessage["headers"]
  /** False while the answer streams, and for ever when OpenCode hung up before its end. */
  finished: boolean
}

export interface ScriptedModel {
  /** Base URL of the OpenAI-style endpoint, with `/v1`. */
  readonly url: string
  /** Every request so far, in order. */
  readonly requests: readonly ModelRequest[]
  /** What went against the script: turns asked for beyond its end. A test that means its script asserts none. */
  readonly faults: readonly string[]
  /** Starts another script: its conversations begin at their first turns. */
  play(script: Script): void
  stop(): Promise<void>
}

/** A language model on loopback that says what a script tells it to, over `POST /v1/chat/completions`. */
export async function startScriptedModel(script: Script = { turns: [] }): Promise<ScriptedModel> {
  let playing = script
  /** Turns used up, by session. */
  const position = new Map<string, number>()
  const requests: ModelRequest[] = []
  const faults: string[] = []

  function nextTurn(request: ModelRequest): Turn {
    const own: Conversation | undefined = playing.conversations?.find(({ match }) =>
      request.prompt.includes(match),
    )
    const turns = own?.turns ?? playing.turns
    const at = position.get(request.sessionID) ?? 0
    position.set(request.sessionID, at + 1)
    const turn = turns[at]
    if (turn !== undefined) return turn
    faults.push(
      `turn ${at + 1} of ${turns.length} was asked for in the conversation "${request.prompt.slice(0, 80)}"`,
    )
    return { text: "(The script ends here.)" }
  }

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const request = readRequest((await readJson(incoming)) as ChatBody, incoming.headers)
    requests.push(request)
    const turn =
      request.kind === "title" ? { text: playing.title ?? "A scripted session" } : nextTurn(request)
    await streamTurn(turn, outgoing)
    request.finished = !outgoing.destroyed
  }

  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing).catch((error: unknown) => {
      faults.push(String(error))
      outgoing.destroy()
    })
  })
  const origin = await listen(server)

  return {
    url: `${origin}/v1`,
    requests,
    faults,
    play(next) {
      playing = next
      position.clear()
    },
    stop: () => closeServer(server),
  }
}

interface ChatBody {
  messages: ChatMessage[]
  tools?: { function: { name: string } }[]
}

function readRequest(body: ChatBody, headers: IncomingMessage["headers"]): ModelRequest {
  const tools = (body.tools ?? []).map((tool) => tool.function.name)
  const firstUser = body.messages.find((message) => message.role === "user")
  return {
    // OpenCode offers its tools in every turn of an agent, and none when it asks for a title.
    kind: tools.length === 0 ? "title" : "turn",
    sessionID: String(headers["x-session-id"] ?? ""),
    prompt: textOf(firstUser?.content),
    messages: body.messages,
    tools,
    headers,
    finished: false,
  }
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content
  if (!Array.isArray(content)) return ""
  return content
    .map((part: { text?: unknown }) => (typeof part.text === "string" ? part.text : ""))
    .join("\n")
}
