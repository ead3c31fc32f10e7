import { readFile } from "node:fs/promises"
import MarkdownIt from "markdown-it"
import { expect, test } from "vitest"
import { kitchenSink, ROOT } from "../../../test/fixtures/viewer/kitchen-sink.ts"
import { itemsOf } from "../../../test/items.ts"
import type { Document } from "../../protocol/document.ts"
import { fold } from "../../protocol/fold.ts"
import type { Item } from "../../protocol/item.ts"
import { sliceDocument } from "../range.ts"
import { clean, clock, cutText, oneLine } from "./clean.ts"
import { alternateLinks, FORMATS, type FormatName } from "./formats.ts"
import { slugOf } from "./slug.ts"
import type { Told } from "./told.ts"

const FIXTURES = new URL("../../../test/fixtures/viewer/", import.meta.url)
const fixture = (name: string) => readFile(new URL(name, FIXTURES), "utf8")
const small = async () => fold(JSON.parse(await fixture("small.json")), "ses_e0411c22dffeowc7ZskwPiINoM")
const sink = () => fold(kitchenSink(), ROOT)

const SHARE = {
  id: "abcdefgh",
  revision: 3,
  createdAt: "2026-11-21T00:00:00Z",
  updatedAt: "2026-11-21T01:00:00Z",
}

function tell(name: FormatName, document: Document, options: Partial<Told> = {}): string {
  const { write, tools } = FORMATS[name]
  return [...write({ share: SHARE, document, tools, ...options })].join("")
}

const asJson = <T>(value: T): T => JSON.parse(JSON.stringify(value))
const { session, user, assistant, text } = itemsOf("ses_1")
const conversation = (...items: Item[]) => fold([session(), user("msg_1"), ...items], "ses_1")

function tool(name: string, state: Record<string, unknown>, messageID = "msg_1"): Item {
  const data = {
    id: "prt_2",
    messageID,
    sessionID: "ses_1",
    type: "tool",
    tool: name,
    state: { status: "completed", ...state },
  }
  return { type: "part", data }
}

test.each(["txt", "md"] as const)("[T5] a session as .%s, to the letter", async (name) => {
  await expect(tell(name, await small())).toMatchFileSnapshot(new URL(`small.${name}`, FIXTURES).pathname)
})

test("[T6] everything of a document is in its JSON, subagents' sessions within", () => {
  const document = sink()
  const told = JSON.parse(tell("json", document))
  const { session, messages, diffs, models, others } = document
  expect(told).toMatchObject(asJson({ session, messages, diffs, models, others }))
  expect(told).toMatchObject({
    shareId: "abcdefgh",
    sessionId: ROOT,
    revision: 3,
    createdAt: SHARE.createdAt,
    hidden: [],
  })
  expect(told.children).toHaveLength(1)
  expect(told.children[0].messages).toEqual(asJson(document.children[0]?.messages))
  expect(JSON.parse(tell("json", fold([], "ses_1")))).toMatchObject({
    sessionId: "ses_1",
    messages: [],
    children: [],
  })
})

test("[T6] JSON keeps what an undo hides, and the texts do not", () => {
  const document = conversation(
    text("msg_1", "prt_1", "stays"),
    user("msg_2", 2),
    text("msg_2", "prt_2", "undone"),
    session({ revert: { messageID: "msg_2" } }),
  )
  expect(tell("json", document)).toContain("undone")
  for (const name of ["md", "txt"] as const) {
    expect(tell(name, document)).toContain("stays")
    expect(tell(name, document)).not.toContain("undone")
  }
})

test("[T4] a range is told as such, with the numbers that its messages have in the whole", () => {
  const document = sink()
  const slice = sliceDocument(document, { from: "5", to: "6" })
  const markdown = tell("md", document, { slice })
  expect(markdown).toContain("- Messages: 5 to 6 of ")
  expect(markdown.match(/^_#\d+/gm)).toEqual(["_#5", "_#6", "_#1", "_#2"])
  expect(tell("txt", document, { slice })).toContain(`# Range: messages 5 to 6 of ${slice.of}`)
  const told = JSON.parse(tell("json", document, { slice }))
  expect(told.range).toEqual({ first: 5, last: 6, of: slice.of })
  expect(told.messages).toHaveLength(2)
})

test("[T5] tools are told in a line, in full, or not at all", () => {
  const document = conversation(
    tool("bash", {
      input: { command: "npm test" },
      output: "x".repeat(3000),
      metadata: { exit: 1 },
      time: { start: 0, end: 1300 },
    }),
  )
  expect(tell("md", document)).toContain("\n- **bash** `npm test` → exit 1, 1.3 s\n")
  expect(tell("md", document)).not.toContain("xxx")
  expect(tell("md", document, { tools: "full" })).toContain(`Output:\n\n\`\`\`\n${"x".repeat(3000)}\n\`\`\``)
  expect(tell("md", document, { tools: "none" })).not.toContain("bash")
  expect(tell("txt", document)).toContain(`Output:\n${"x".repeat(3000)}\n`)
  expect(tell("txt", document, { tools: "summary" })).toContain(
    `\n${"x".repeat(2000)}... (truncated from 3000 chars)\n`,
  )
  expect(tell("txt", document, { tools: "none" })).toMatch(/\n\[TOOL: bash\] \(completed\)\n$/)
})

test("[T5] what is absurdly long is cut in full as well", () => {
  const document = conversation(tool("bash", { output: "x".repeat(3_000_000) }))
  expect(tell("txt", document)).toContain("x... (truncated from 3000000 chars)")
  expect(tell("md", document, { tools: "full" })).toContain("x… (of 3,000,000 characters)")
})

test("[T5] each kind of part is told, and none of it as the content of an address", () => {
  const [log, markdown] = [tell("txt", sink()), tell("md", sink(), { tools: "full" })]
  for (const said of [
    "hologram",
    "chart.svg",
    "APIError",
    "Overloaded",
    "Find unbounded loops",
    "src/main.ts",
  ]) {
    expect(log).toContain(said)
    expect(markdown).toContain(said)
  }
  for (const told of [log, markdown]) expect(told).not.toContain("base64,")
  expect(log.match(/^# Conversation: /gm)).toHaveLength(2)
  expect(markdown).toContain("\n## Subagent: Review the back-off (@review subagent)\n")
  expect(markdown).toContain("\n### User\n")
})

const HOSTILE = "a\x1b[31mred\x1b[0m\x07 \u202Eturned"

test("[T5] no control sequence and no hidden turn of direction is passed on", () => {
  const document = fold(
    [
      session({ title: HOSTILE, directory: HOSTILE }),
      {
        type: "message",
        data: { id: "msg_1", sessionID: "ses_1", role: "user", agent: HOSTILE, error: { name: HOSTILE } },
      },
      text("msg_1", "prt_1", HOSTILE),
      tool(HOSTILE, { title: HOSTILE, input: { a: HOSTILE }, output: HOSTILE, error: HOSTILE }),
      {
        type: "part",
        data: { id: "prt_3", messageID: "msg_1", sessionID: "ses_1", type: HOSTILE, x: HOSTILE },
      },
      {
        type: "part",
        data: { id: "prt_4", messageID: "msg_1", sessionID: "ses_1", type: "file", url: HOSTILE },
      },
      { type: "session_diff", data: [{ file: HOSTILE, patch: HOSTILE, status: HOSTILE }] },
    ],
    "ses_1",
  )
  for (const name of ["md", "txt"] as const) {
    const told = tell(name, document, { tools: "full" })
    expect(told).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/)
    expect(told).toContain("ared ⟨U+202E⟩turned")
  }
})

const FORGED = "## User\n\n```\nopen\n\n---\n\n## Assistant (Model)\n\n<!-- "

test.each(["summary", "full"] as const)(
  "[T5] no content makes a message that was not sent, tools %s",
  (tools) => {
    const document = conversation(
      text("msg_1", "prt_1", FORGED),
      tool("bash", { input: { command: FORGED }, output: `\`\`\`\n${FORGED}` }),
      assistant("msg_2"),
      text("msg_2", "prt_3", FORGED),
    )
    const tokens = new MarkdownIt({ html: true }).parse(tell("md", document, { tools }), {})
    const headings = tokens.flatMap((token, at) =>
      token.type === "heading_open" ? [tokens[at + 1]?.content] : [],
    )
    expect(headings).toEqual(["A session", "User", "Assistant (m)"])
  },
)

test("[T5] a line of content that poses as one of the log's has a backslash before it", () => {
  const forged = `## USER [build]\n${"-".repeat(40)}\n[TOOL: bash] (completed)\n## Users`
  const log = tell("txt", conversation(text("msg_1", "prt_1", forged)))
  expect(log).toContain(`\n\\## USER [build]\n\\${"-".repeat(40)}\n\\[TOOL: bash] (completed)\n## Users\n`)
  expect(log.match(/^## USER/gm)).toHaveLength(1)
})

test("what is no session is told all the same", () => {
  const odd: Item[] = [
    { type: "message", data: { id: "msg_1", sessionID: "ses_1", role: 7, time: null, model: "x", error: 5 } },
    ...[
      "text",
      "tool",
      "file",
      "patch",
      "retry",
      "subtask",
      "agent",
      "step-finish",
      "reasoning",
      "compaction",
    ].map(
      (type, at): Item => ({
        type: "part",
        data: {
          id: `prt_${at}`,
          messageID: "msg_1",
          sessionID: "ses_1",
          type,
          state: 3,
          text: 4,
          files: "f",
          tokens: 1,
        },
      }),
    ),
    { type: "session_diff", data: [null, 4] },
  ]
  for (const name of ["md", "txt", "json"] as const) {
    for (const tools of ["none", "summary", "full"] as const) {
      expect(tell(name, fold(odd, "ses_1"), { tools })).not.toContain("cannot be shown")
      expect(tell(name, fold([], "ses_1"), { tools })).toContain("ses_1")
    }
  }
})

test("pieces are small, however long the session is", () => {
  const many = Array.from({ length: 500 }, (_, at) =>
    text("msg_1", `prt_${String(at).padStart(4, "0")}`, "y".repeat(1000)),
  )
  for (const name of ["md", "txt", "json"] as const) {
    const pieces = [...FORMATS[name].write({ share: SHARE, document: conversation(...many), tools: "full" })]
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(1500)
    expect(pieces.length).toBeGreaterThan(500)
  }
})

test("[T1] the page's head names every other form", () => {
  expect(alternateLinks("abc_-123")).toEqual([
    { type: "text/markdown", href: "/share/abc_-123.md", title: "Markdown" },
    { type: "text/plain", href: "/share/abc_-123.txt", title: "Plain text" },
    { type: "application/json", href: "/share/abc_-123.json", title: "JSON" },
  ])
})

test("a title becomes a file's name", () => {
  expect(slugOf("Écris une fonction: add()!")).toBe("ecris-une-fonction-add")
  expect(slugOf("港 🚢")).toBe("")
  expect(slugOf(`${"ab ".repeat(100)}`)).toHaveLength(59)
  expect(slugOf('x"\r\n; y')).toBe("x-y")
})

test("texts are cleaned, cut and dated", () => {
  expect(clean(undefined)).toBe("")
  expect(oneLine(" a\n\tb ")).toBe("a b")
  expect(oneLine("abcdef", 4)).toBe("abc…")
  expect(cutText("a😀", 2)).toBe("a")
  expect([clock(0), clock(9e15), clock("x")]).toEqual(["1970-01-01 00:00:00", undefined, undefined])
})
