import type { Item } from "../src/protocol/item.ts"
import { createSpeech } from "./invented-speech.ts"

export interface StreamedSession {
  sessionID: string
  messages: number
  /** Bytes that the session's parts come to as JSON, about. */
  partBytes: number
  /** Another one says other things; the same unless told. */
  seed?: number
}

/** What a message's parts come to at `scale` 1; found by running it. */
export const USUAL_PART_BYTES = 6_700

/** Messages from one prompt to the next. */
const MESSAGES_A_PROMPT = 12
const DIRECTORY = "/home/dev/demo"

/**
 * What OpenCode would send for a long session, sync by sync, two a message, always the same: tool parts that go from
 * pending over running to completed, the session with each step, and resends of what did not change.
 */
export function* streamedSession({
  sessionID,
  messages,
  partBytes,
  seed = 20_260_401,
}: StreamedSession): Iterable<Item[]> {
  const random = createRandom(seed)
  const ids = createIDs(random)
  const scale = partBytes / messages / USUAL_PART_BYTES
  const say = createSpeech({ random, scale, directory: DIRECTORY })
  const state = { cost: 0, tokens: 0, now: 1_790_000_000_000 }
  let prompt = message(sessionID, ids("msg"), { role: "user", at: state.now })
  let carried: Item[] = []

  for (let number = 0; number < messages; number++) {
    state.now += 2_000 + Math.floor(random() * 9_000)
    if (number % MESSAGES_A_PROMPT === 0) {
      prompt = message(sessionID, ids("msg"), { role: "user", at: state.now })
      const asked = part(prompt, ids("prt"), { type: "text", text: say.prose(4) })
      const first = [session(sessionID, state), prompt, asked, diff(sessionID), MODEL]
      yield [...carried, ...first]
      carried = []
      // OpenCode tells its share again of what did not change.
      yield first
      continue
    }
    const id = ids("msg")
    const begun = message(sessionID, id, { role: "assistant", at: state.now, parent: prompt })
    const callID = ids("call")
    const partID = ids("prt")
    const call = say.call(number)
    const tool = (stage: object) =>
      part(begun, partID, { type: "tool", tool: call.tool, callID, state: stage })
    const begin = state.now
    yield [
      ...carried,
      begun,
      session(sessionID, state),
      diff(sessionID),
      part(begun, ids("prt"), { type: "step-start", snapshot: hex(random, 40) }),
      ...(number % 3 === 0 ? [part(begun, ids("prt"), { type: "reasoning", text: say.prose(2) })] : []),
      part(begun, ids("prt"), { type: "text", text: say.prose(3) }),
      tool(
        call.slow
          ? { status: "running", input: call.input, metadata: call.soFar, time: { start: begin } }
          : { status: "pending", input: {} },
      ),
      prompt,
      MODEL,
    ]
    state.now += 500 + Math.floor(random() * 20_000)
    state.cost += 0.01 + random() / 50
    state.tokens += 400 + Math.floor(random() * 3_000)
    const completed = tool({
      status: "completed",
      input: call.input,
      output: call.output,
      title: call.title,
      metadata: call.metadata,
      time: { start: begin, end: state.now },
    })
    // What takes long runs into the next sync.
    const runs = number % 5 === 0
    carried = runs ? [completed] : []
    yield [
      runs
        ? tool({ status: "running", input: call.input, metadata: call.soFar, time: { start: begin } })
        : completed,
      part(begun, ids("prt"), {
        type: "step-finish",
        reason: "tool-calls",
        snapshot: hex(random, 40),
        tokens: tokens(state.tokens),
        cost: state.cost,
      }),
      message(sessionID, id, { role: "assistant", at: begin, parent: prompt, end: state }),
      session(sessionID, state),
    ]
  }
}

interface Progress {
  cost: number
  tokens: number
  now: number
}

function session(id: string, { cost, tokens: used, now }: Progress): Item {
  return {
    type: "session",
    data: {
      id,
      slug: "mighty-nebula",
      projectID: "09557a53da805651381601a27491c3819e662d65",
      directory: DIRECTORY,
      path: "",
      title: "Move the service to the new storage",
      agent: "build",
      model: { id: "demo-model", providerID: "demo", variant: "default" },
      version: "1.18.33",
      summary: { additions: 0, deletions: 0, files: 0 },
      cost,
      tokens: tokens(used),
      permission: [
        { permission: "question", pattern: "*", action: "deny" },
        { permission: "plan_enter", pattern: "*", action: "deny" },
      ],
      time: { created: 1_790_000_000_000, updated: now },
    },
  }
}

function message(
  sessionID: string,
  id: string,
  { role, at, parent, end }: { role: string; at: number; parent?: Item; end?: Progress },
): Item {
  const base = { id, sessionID, role, agent: "build" }
  if (role === "user") {
    const model = { providerID: "demo", modelID: "demo-model" }
    return { type: "message", data: { ...base, time: { created: at }, model, summary: { diffs: [] } } }
  }
  return {
    type: "message",
    data: {
      ...base,
      parentID: parent && (parent.data as { id: string }).id,
      mode: "build",
      path: { cwd: DIRECTORY, root: DIRECTORY },
      cost: end?.cost ?? 0,
      tokens: tokens(end?.tokens ?? 0),
      modelID: "demo-model",
      providerID: "demo",
      time: { created: at, ...(end && { completed: end.now }) },
      ...(end && { finish: "tool-calls" }),
    },
  }
}

function part(of: Item, id: string, data: object): Item {
  const { id: messageID, sessionID } = of.data as { id: string; sessionID: string }
  return { type: "part", data: { id, messageID, sessionID, ...data } }
}

function tokens(used: number): object {
  const read = Math.floor(used * 0.9)
  return { input: used - read, output: Math.floor(used / 9), reasoning: 0, cache: { read, write: 0 } }
}

const diff = (sessionID: string): Item => ({ type: "session_diff", sessionID, data: [] }) as Item

const MODEL: Item = {
  type: "model",
  data: [
    {
      id: "demo-model",
      providerID: "demo",
      name: "Demo Model",
      api: { id: "demo-model", npm: "@ai-sdk/openai-compatible", url: "" },
      capabilities: { temperature: false, reasoning: false, attachment: false, toolcall: true },
      cost: { input: 3, output: 15, cache: { read: 0.3, write: 0 } },
      limit: { context: 200_000, output: 32_000 },
    },
  ],
} as Item

/** Ids as OpenCode makes them: a time that grows, and random letters, which do not compress. */
function createIDs(random: () => number): (prefix: string) => string {
  let time = 0x1fbee3ec9001
  const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
  return (prefix) => {
    time += 1 + Math.floor(random() * 4_096)
    const tail = Array.from({ length: 14 }, () => letters[Math.floor(random() * letters.length)])
    return `${prefix}_${time.toString(16)}${tail.join("")}`
  }
}

function hex(random: () => number, digits: number): string {
  return Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join("")
}

/** The generator mulberry32: from 0 to 1, and the same numbers for the same seed. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
