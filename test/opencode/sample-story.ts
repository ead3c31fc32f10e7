import { join } from "node:path"
import type { Script, ToolCall, Turn, Usage } from "./script.ts"

/** What the sample session's developer asks, in order. */
export const SAMPLE_PROMPTS = [
  "Our rate limiter lets one request too many through: with a limit of 3, the fourth request still gets a 200. " +
    "Find out why, fix it, and make sure that it stays fixed.",
  "Nice find on the window's edge. Please also send a `Retry-After` header with the 429, in whole seconds.",
] as const

/** The model's part of the sample session: an off-by-one, found, fixed, reviewed, and a feature on top. */
export function sampleStory(directory: string): Script {
  const at = (path: string): string => join(directory, path)
  const turns = [...fixTheLimiter(at), ...addRetryAfter(at)]
  return {
    title: "Rate limiter lets one request too many through",
    turns: turns.map((turn, index) => ({ pace: PACE, usage: usageAfter(index, turn), ...turn })),
    conversations: [
      {
        match: REVIEW,
        turns: review(at).map((turn, index) => ({ pace: PACE, usage: usageAfter(index, turn), ...turn })),
      },
    ],
  }
}

/** Milliseconds between chunks of about six tokens: a model that writes some 60 tokens a second. */
const PACE = 100

type At = (path: string) => string

function fixTheLimiter(at: At): Turn[] {
  const plan = ["Find the cause", "Write a test that shows it", "Fix the limiter", "Have the fix reviewed"]
  return [
    {
      reasoning:
        "An off-by-one in a limiter: probably a comparison. I should look at the code and at what the tests cover " +
        "before I change anything.",
      text: "I'll look at where requests are let through first.",
      tools: [
        call("grep", { pattern: "\\.allow\\(", path: at(".") }),
        call("read", { filePath: at("src/limiter.ts") }),
      ],
    },
    {
      reasoning:
        "`recent` holds the requests that were let through before this one. With limit 3 and three of them, " +
        "`3 > 3` is false, so a fourth passes. It has to be `>=`.\n\nWhy did no test see it? Both stay below the " +
        "limit: two requests of three, and one of one per key.",
      text:
        "Found a suspect: `recent.length > limit` is checked **before** the present request is counted, so the " +
        "limit itself still passes. No test ever reaches the limit. I'll prove it before I fix it.",
      tools: [todos(plan, 1), call("read", { filePath: at("test/limiter.test.ts") })],
    },
    {
      tools: [
        call("edit", {
          filePath: at("test/limiter.test.ts"),
          oldString: `test("counts every key for itself"`,
          newString: `test("refuses the request after the limit", () => {
  const limiter = createLimiter({ limit: 3, windowMs: 1000, now: () => 0 })
  const answers = [1, 2, 3, 4].map(() => limiter.allow("ada"))
  assert.deepEqual(answers, [true, true, true, false])
})

test("counts every key for itself"`,
        }),
      ],
    },
    {
      text: "This test must fail now.",
      tools: [call("bash", { command: RUN_TESTS, description: "Run the tests" })],
    },
    {
      reasoning: "Fails as expected: the fourth answer is `true`. Now the fix.",
      text: "It fails exactly as you described. Now the fix, which is one character:",
      tools: [
        call("edit", {
          filePath: at("src/limiter.ts"),
          oldString: "if (recent.length > limit) return false",
          newString: "if (recent.length >= limit) return false",
        }),
        todos(plan, 3),
      ],
    },
    { tools: [call("bash", { command: RUN_TESTS, description: "Run the tests again" })] },
    {
      text: "Green. A second pair of eyes on the limiter before I call it done:",
      tools: [
        call("task", { description: "Review the limiter fix", prompt: REVIEW, subagent_type: "general" }),
      ],
    },
    {
      reasoning:
        "The review is right: a request exactly `windowMs` old still counts because of `<=`. A window of one second " +
        "should have room again after one second. Fix it together with a test.",
      text: "The review found a second edge: a request exactly one window old still counts. Fixing that too.",
      tools: [
        call("edit", {
          filePath: at("src/limiter.ts"),
          oldString: "time - hit <= windowMs",
          newString: "time - hit < windowMs",
        }),
        call("edit", {
          filePath: at("test/limiter.test.ts"),
          oldString: `test("counts every key for itself"`,
          newString: `test("has room again after one window", () => {
  let time = 0
  const limiter = createLimiter({ limit: 1, windowMs: 1000, now: () => time })
  assert.equal(limiter.allow("ada"), true)
  time = 999
  assert.equal(limiter.allow("ada"), false)
  time = 1000
  assert.equal(limiter.allow("ada"), true)
})

test("counts every key for itself"`,
        }),
      ],
    },
    { tools: [call("bash", { command: RUN_TESTS, description: "Run all tests" }), todos(plan, 4)] },
    {
      text: `## Fixed: the limit was counted one too late

The limiter asked *“are there already **more** than \`limit\` requests?”* before it counted the present one. At exactly the limit the answer was no, and one more passed.

\`\`\`ts
const recent = (hits.get(key) ?? []).filter((hit) => time - hit < windowMs)
if (recent.length >= limit) return false
\`\`\`

| Request (limit 3) | Requests before it | Before | Now |
| ---: | ---: | :---: | :---: |
| 1st to 3rd | 0 to 2 | 200 | 200 |
| 4th | 3 | **200** | 429 |
| 5th | 4 | 429 | 429 |

- [x] Cause found: \`>\` instead of \`>=\` in \`src/limiter.ts\`
- [x] A test that failed before the fix and passes now
- [x] A request exactly one window old no longer counts (found in review)
- [ ] Keys are never forgotten, so memory grows with the number of clients; worth a ticket of its own
`,
    },
  ]
}

function addRetryAfter(at: At): Turn[] {
  return [
    {
      reasoning:
        "The limiter has to say when there is room again: when its oldest counted request leaves the window. " +
        "`allow` returns a boolean and is used in one place, so a second method keeps that call readable.",
      text: "The limiter knows when its oldest request leaves the window; the server only has to ask.",
      tools: [call("read", { filePath: at("src/server.ts") })],
    },
    {
      tools: [
        call("edit", {
          filePath: at("src/limiter.ts"),
          oldString: "  allow(key: string): boolean\n}",
          newString:
            "  allow(key: string): boolean\n  /** Milliseconds until the key has room again; 0 when it has. */\n  waitMs(key: string): number\n}",
        }),
        // The code that it remembers is the code before its own fix, so this edit finds nothing to replace.
        call("edit", {
          filePath: at("src/limiter.ts"),
          oldString: "if (recent.length > limit) return false",
          newString: "if (recent.length > limit) return false // see waitMs",
        }),
      ],
    },
    {
      reasoning: "That second edit quoted the line from before the fix, and it was not needed. Go on.",
      text: "That second edit quoted the line from before the fix; it isn't needed anyway.",
      tools: [
        call("edit", {
          filePath: at("src/limiter.ts"),
          oldString: "      return true\n    },\n",
          newString: `      return true
    },
    waitMs(key) {
      const time = now()
      const recent = (hits.get(key) ?? []).filter((hit) => time - hit < windowMs)
      const oldest = recent[0]
      return oldest === undefined || recent.length < limit ? 0 : oldest + windowMs - time
    },
`,
        }),
        call("edit", {
          filePath: at("src/server.ts"),
          oldString: `    if (!limiter.allow(request.socket.remoteAddress ?? "unknown")) {
      response.writeHead(429).end("Too many requests\\n")`,
          newString: `    const client = request.socket.remoteAddress ?? "unknown"
    if (!limiter.allow(client)) {
      // Rounded up: a client that comes back too early would only be refused again.
      const seconds = Math.ceil(limiter.waitMs(client) / 1000)
      response.writeHead(429, { "Retry-After": seconds }).end("Too many requests\\n")`,
        }),
        call("write", { filePath: at("test/server.test.ts"), content: SERVER_TEST }),
      ],
    },
    { tools: [call("bash", { command: RUN_TESTS, description: "Run all tests" })] },
    {
      text: `A refused client is now told when to come back:

\`\`\`http
HTTP/1.1 429 Too Many Requests
Retry-After: 30
\`\`\`

| File | Change |
| --- | --- |
| \`src/limiter.ts\` | \`waitMs(key)\`: time until the oldest counted request leaves the window |
| \`src/server.ts\` | sends it as whole seconds, rounded **up** |
| \`test/server.test.ts\` | asks a real server four times and reads the header |

Rounding up matters: with \`Math.round\`, a wait of 1.4 s would become 1 s, and a client that obeys would be refused a second time. See [RFC 9110, section 10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3).
`,
    },
  ]
}

const SERVER_TEST = `import assert from "node:assert/strict"
import { once } from "node:events"
import type { AddressInfo } from "node:net"
import { test } from "node:test"
import { createApp } from "../src/server.ts"

test("tells a refused client when to come back", async (t) => {
  const app = createApp({ limit: 3, windowMs: 30_000, now: () => 0 }).listen(0)
  t.after(() => app.close())
  await once(app, "listening")
  const { port } = app.address() as AddressInfo
  const ask = () => fetch(\`http://localhost:\${port}/\`)

  for (let i = 0; i < 3; i++) assert.equal((await ask()).status, 200)
  const refused = await ask()
  assert.equal(refused.status, 429)
  assert.equal(refused.headers.get("retry-after"), "30")
})
`

const RUN_TESTS = "npm test"

const REVIEW =
  "Review the sliding window in src/limiter.ts. `recent.length > limit` became `recent.length >= limit`. " +
  "Is the limit right now, and is there any other off-by-one in that function? Answer in a few lines."

function review(at: At): Turn[] {
  return [
    { text: "Reading the limiter.", tools: [call("read", { filePath: at("src/limiter.ts") })] },
    {
      reasoning:
        "Count: `recent` excludes the present request, so `>= limit` refuses number limit + 1. Good. The filter: " +
        "`time - hit <= windowMs` keeps a hit that is exactly windowMs old.",
      text:
        "- **The limit is right.** `recent` does not hold the present request, so `>=` refuses request `limit + 1`.\n" +
        "- **The window is one millisecond too long.** `time - hit <= windowMs` still counts a request that is exactly " +
        "`windowMs` old. With a window of 1000 ms, a request at 0 should no longer count at 1000: use `<`.",
    },
  ]
}

function call(tool: string, input: Record<string, unknown>): ToolCall {
  return { tool, input }
}

/** The plan with its first `done` entries completed and the next one under way. */
function todos(plan: readonly string[], done: number): ToolCall {
  const status = (index: number): string =>
    index < done ? "completed" : index === done ? "in_progress" : "pending"
  return call("todowrite", {
    todos: plan.map((content, index) => ({ content, status: status(index), priority: "high" })),
  })
}

/** Every turn sends the conversation so far, most of it cached; about four characters are a token. */
function usageAfter(index: number, turn: Turn): Usage {
  const reasoning = Math.round(String(turn.reasoning ?? "").length / 4)
  const written = String(turn.text ?? "").length + JSON.stringify(turn.tools ?? "").length
  const prompt = 9_412 + index * 713
  return {
    prompt,
    cached: index === 0 ? 0 : prompt - 713,
    completion: reasoning + Math.round(written / 4),
    reasoning,
  }
}
