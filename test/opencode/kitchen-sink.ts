import { join } from "node:path"
import type { Script, ToolCall, Turn } from "./script.ts"

export interface KitchenSinkPlaces {
  /** The project's folder. */
  directory: string
  /** A page for `webfetch`. */
  pageUrl: string
}

export const KITCHEN_SINK_TITLE = "Write an add function"
export const KITCHEN_SINK_PROMPT = "Write add.ts with an add function"

/** What becomes of each call, in order. */
export const KITCHEN_SINK_CALLS: readonly { tool: string; status: "completed" | "error" }[] = [
  { tool: "bash", status: "completed" },
  { tool: "read", status: "completed" },
  { tool: "glob", status: "completed" },
  { tool: "grep", status: "completed" },
  { tool: "write", status: "completed" },
  { tool: "edit", status: "completed" },
  // A command that exits with 1 is a completed call: its output says so.
  { tool: "bash", status: "completed" },
  { tool: "todowrite", status: "completed" },
  { tool: "webfetch", status: "completed" },
  { tool: "skill", status: "completed" },
  { tool: "task", status: "completed" },
  { tool: "read", status: "error" },
]

/** Files that the script needs in the project. */
export const KITCHEN_SINK_FILES: Record<string, string> = {
  "README.md": "# demo\n\nA tiny service.\n",
  "src/greet.ts": 'export function greet(name: string): string {\n  return "Hello, " + name\n}\n',
  ".opencode/skill/house-style/SKILL.md":
    "---\nname: house-style\ndescription: How code is written in this project\n---\n\nSmall functions, no semicolons.\n",
}

/** A conversation that calls every tool OpenCode offers, fails at some, and answers in rich Markdown. */
export function kitchenSink({ directory, pageUrl }: KitchenSinkPlaces): Script {
  const at = (path: string): string => join(directory, path)
  return {
    title: KITCHEN_SINK_TITLE,
    turns: [
      {
        reasoning: "The user wants an add function.\n\nLook at the project first.",
        tools: [call("bash", { command: "ls -la", description: "List files" })],
      },
      { text: "Reading the README before writing.", tools: [call("read", { filePath: at("README.md") })] },
      // Two calls in one turn.
      {
        tools: [
          call("glob", { pattern: "**/*.ts" }),
          call("grep", { pattern: "export function", path: directory }),
        ],
      },
      turn("write", { filePath: at("add.ts"), content: add("a - b") }),
      {
        text: "That subtracts; fixing it.",
        tools: [call("edit", { filePath: at("add.ts"), oldString: "a - b", newString: "a + b" })],
      },
      turn("bash", { command: "cat missing.txt", description: "Read a file that is not there" }),
      turn("todowrite", {
        todos: [
          { content: "Write add", status: "completed", priority: "high" },
          { content: "Test add", status: "in_progress", priority: "medium" },
          { content: "Document add", status: "pending", priority: "low" },
        ],
      }),
      turn("webfetch", { url: pageUrl, format: "markdown" }),
      turn("skill", { name: "house-style" }),
      turn("task", { description: "Review add", prompt: REVIEW_PROMPT, subagent_type: "general" }),
      turn("read", { filePath: at("nope.ts") }),
      { text: ANSWER, usage: { prompt: 4_200, completion: 160, reasoning: 20, cached: 3_000 } },
    ],
    conversations: [
      {
        match: REVIEW_PROMPT,
        turns: [turn("read", { filePath: at("add.ts") }), { text: "Looks right: `add` adds." }],
      },
    ],
  }
}

const REVIEW_PROMPT = "Review add.ts for bugs"

const ANSWER = `# Done

\`add.ts\` exports **add**:

\`\`\`ts
${add("a + b").trimEnd()}
\`\`\`

| call | result |
| --- | ---: |
| \`add(1, 2)\` | 3 |
| \`add(-1, 1)\` | 0 |

- [x] written
- [ ] documented

See [the style guide](https://example.com/style) and <script>alert("not markup")</script>.
`

function add(expression: string): string {
  return `export function add(a: number, b: number): number {\n  return ${expression}\n}\n`
}

function call(tool: string, input: Record<string, unknown>): ToolCall {
  return { tool, input }
}

function turn(tool: string, input: Record<string, unknown>): Turn {
  return { tools: [call(tool, input)] }
}
