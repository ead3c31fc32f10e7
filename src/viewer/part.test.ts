import fc from "fast-check"
import { expect, test } from "vitest"
import { kitchenSink } from "../../test/fixtures/viewer/kitchen-sink.ts"
import { parseTree } from "../../test/fixtures/viewer/tree.ts"
import type { PartData } from "../protocol/opencode.ts"
import type { Frame } from "./frame.ts"
import { messageError } from "./message-error.ts"
import { renderPart } from "./part.ts"

const frame: Frame = {
  shareID: "share",
  directory: "/home/mira/code/harbour",
  whole: false,
  open: false,
  lean: false,
  sessions: new Set(["ses_child"]),
  partHref: "",
}
const ids = { id: "prt_a", messageID: "msg_a", sessionID: "ses_a" }
const render = (part: Record<string, unknown>, role = "assistant") =>
  renderPart({ ...ids, ...part } as PartData, "prt_a", role, frame).text
const tool = (name: string, state: unknown) => render({ type: "tool", tool: name, state })

test.each([
  ["text", { text: "**hi**" }, "<strong>hi</strong>"],
  ["reasoning", { text: "hm", time: { start: 0, end: 2000 } }, "Thought for 2 s"],
  ["file", { url: "file:///home/mira/code/harbour/a.ts", mime: "text/plain" }, ">a.ts</code>"],
  ["step-start", { snapshot: "0123456789" }, 'title="Snapshot 0123456789"'],
  ["step-finish", { reason: "tool-calls", tokens: { input: 12, output: 3 }, cost: 0.5 }, "12 in · 3 out"],
  ["snapshot", { snapshot: "0123456789" }, "Snapshot"],
  ["patch", { files: ["/home/mira/code/harbour/src/a.ts"] }, ">src/a.ts</code>"],
  ["agent", { name: "explore" }, "@explore"],
  ["subtask", { prompt: "look", description: "Look around", agent: "explore" }, "Look around"],
  [
    "retry",
    { attempt: 2, error: { name: "APIError", data: { message: "busy", statusCode: 529 } } },
    "HTTP 529.",
  ],
  ["compaction", { auto: true }, "Context compacted automatically"],
])("A part of type %s is shown as what it is", (type, fields, shown) => {
  const made = render({ type, ...fields })
  expect(made).toContain(shown)
  expect(made).toContain(`class="part ${type}"`)
  expect(made).not.toMatch(/does not know|cannot be shown/)
})

test("A part of an unknown type is shown plainly, with all it holds", () => {
  const made = render({ type: "hologram", depth: 3 })
  expect(made).toContain("hologram")
  expect(made).toContain('class="part other"')
  expect(made).toMatch(/depth.*3/s)
})

test("Text for the model alone is folded away", () => {
  expect(render({ type: "text", text: "hidden", synthetic: true }, "user")).toContain(
    '<details class="aside">',
  )
  expect(render({ type: "text", text: "hidden", ignored: true })).toContain("Not sent to the model")
})

const CALLS: [string, Record<string, unknown>, string][] = [
  ["bash", { input: { command: "ls" }, output: "a.ts", metadata: { exit: 2 } }, "exit 2"],
  ["read", { input: { filePath: "/x/a.ts" }, output: "<content>\n3: const a = 1\n</content>" }, ">3</span>"],
  ["edit", { input: { filePath: "a.ts" }, metadata: { diff: "@@ -1 +1 @@\n-a b\n+a c" } }, 'class="row add"'],
  ["write", { input: { filePath: "a.ts", content: "let a\n" }, metadata: { exists: false } }, "new file"],
  ["grep", { input: { pattern: "x" }, output: "a.ts", metadata: { matches: 1 } }, "1 match<"],
  ["glob", { input: { pattern: "*" }, output: "a.ts", metadata: { count: 2 } }, "2 files"],
  ["list", { input: { path: "/x" }, output: "a.ts", metadata: { count: 2 } }, "2 entries"],
  ["batch", { input: { tool_calls: [{ tool: "read", parameters: { filePath: "b.ts" } }] } }, ">b.ts</code>"],
  [
    "task",
    { input: { description: "d", subagent_type: "review" }, metadata: { sessionId: "ses_child" } },
    '/session/ses_child"',
  ],
  ["todowrite", { input: { todos: [{ content: "x", status: "completed" }] } }, "1 of 1 done"],
  ["todoread", { metadata: { todos: [{ content: "x", status: "pending" }] } }, "0 of 1 done"],
  ["webfetch", { input: { url: "https://x.dev/a" }, output: "hi" }, 'href="https://x.dev/a"'],
  ["websearch", { input: { query: "cats" }, output: "hi" }, "<q>cats</q>"],
  ["codesearch", { input: { query: "cats" }, output: "hi" }, "Search code"],
  ["multiedit", { input: { edits: [{ oldString: "a", newString: "b" }] } }, 'class="row del"'],
  ["apply_patch", { input: { patchText: "*** Begin Patch" } }, "*** Begin Patch"],
  ["patch", { metadata: { diff: "@@ -1 +1 @@\n-a\n+b" } }, 'class="row del"'],
  ["skill", { input: { name: "notes" }, output: "# Notes" }, "<code>notes</code>"],
  [
    "question",
    {
      input: { questions: [{ question: "Why?", options: [{ label: "So" }] }] },
      metadata: { answers: [["So"]] },
    },
    'aria-label="chosen"',
  ],
  ["lsp", { input: { operation: "hover", filePath: "a.ts", line: 3 }, output: "x" }, "a.ts:3"],
]

test.each(CALLS)("The tool %s has a rendering of its own", (name, state, shown) => {
  const made = tool(name, { status: "completed", ...state })
  expect(made).toContain(shown)
  // The generic rendering names the tool as the wire does.
  expect(made).not.toContain(`<span class="name">${name}</span>`)
})

test("Any other tool shows its name, its input and its output", () => {
  const made = tool("tracker_create", {
    status: "completed",
    input: { team: "A", tags: ["x"] },
    output: '{"id":7}',
  })
  expect(made).toContain('<span class="name">tracker_create</span>')
  expect(made).toContain("<dt>team</dt><dd><code>A</code></dd>")
  expect(made).toMatch(/class="hn">7/)
})

test.each([
  ["pending", "preparing"],
  ["running", "running"],
  ["error", "failed"],
])("A tool that is %s says so", (status, word) => {
  for (const [name] of CALLS)
    expect(tool(name, { status, input: {} })).toContain(`<strong class="status">${word}</strong>`)
})

test("A tool that failed shows why, once", () => {
  for (const [name] of CALLS) {
    const made = tool(name, { status: "error", input: {}, error: "it <broke>" })
    expect(made.split("it &lt;broke&gt;")).toHaveLength(2)
  }
})

test("A command that runs shows its output so far", () => {
  expect(
    tool("bash", { status: "running", input: { command: "x" }, metadata: { output: "so far" } }),
  ).toContain("so far")
})

test("A task links to its session only when the page holds it", () => {
  expect(
    tool("task", { status: "completed", input: {}, metadata: { sessionId: "ses_other" } }),
  ).not.toContain("#ses_other")
})

test("A long output is folded, and the page of the part is where the rest is", () => {
  const output = "line\n".repeat(400)
  const made = tool("bash", { status: "completed", input: { command: "x" }, output })
  expect(made.match(/line/g)?.length).toBeLessThan(20)
  expect(made).toContain('href="/share/share/part/prt_a">Show all 400 lines</a>')
})

test("A huge picture waits behind a link", () => {
  const url = `data:image/png;base64,${"A".repeat(500_000)}`
  const made = render({ type: "file", mime: "image/png", filename: "big.png", url })
  expect(made.length).toBeLessThan(2000)
  expect(made).toContain("Show the image")
})

test.each([
  ["ProviderAuthError", { providerID: "acme" }, "Provider: acme"],
  ["UnknownError", { message: "boom" }, "Something went wrong"],
  ["MessageOutputLengthError", {}, "output limit"],
  ["MessageAbortedError", { message: "aborted" }, "Stopped by the user"],
  ["StructuredOutputError", { message: "x", retries: 1 }, "after 1 retry."],
  ["ContextOverflowError", { message: "x" }, "outgrew"],
  ["ContentFilterError", { message: "x" }, "content filter"],
  ["APIError", { message: "x", statusCode: 500, isRetryable: true }, "HTTP 500. It can be tried again."],
  ["LaterError", { message: "why" }, "LaterError"],
])("A message that ended with %s says so", (name, data, shown) => {
  expect(messageError({ name, data }, frame)?.text).toContain(shown)
})

test("No error is no box", () => {
  expect(messageError(undefined, frame)).toBeUndefined()
})

test("No shape of data makes a part throw or breaks its markup", () => {
  const types = [
    ...new Set(kitchenSink().flatMap(({ type, data }) => (type === "part" ? [(data as PartData).type] : []))),
  ]
  const names = CALLS.map(([name]) => name)
  const junk = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom(null, [], {}, "<b>", -1, [[["x"]]], { a: { b: null } }),
  )
  const fields = [
    "text",
    "time",
    "state",
    "url",
    "mime",
    "filename",
    "source",
    "files",
    "snapshot",
    "tokens",
    "cost",
    "error",
    "name",
    "prompt",
    "agent",
    "attempt",
    "auto",
    "tool",
    "reason",
  ]
  const inner = [
    "status",
    "input",
    "output",
    "metadata",
    "time",
    "title",
    "error",
    "attachments",
    "command",
    "filePath",
    "content",
    "todos",
    "questions",
    "answers",
    "tool_calls",
    "details",
    "edits",
    "results",
    "files",
    "diff",
    "patch",
    "filediff",
    "diagnostics",
    "display",
    "pattern",
    "path",
    "oldString",
    "newString",
    "url",
    "query",
  ]
  const object = (keys: string[]) => fc.dictionary(fc.constantFrom(...keys), junk, { maxKeys: 6 })
  const state = fc.oneof(
    junk,
    fc
      .tuple(object(inner), fc.oneof(junk, object(inner)), fc.oneof(junk, object(inner)))
      .map(([base, input, metadata]) => ({ ...base, input, metadata })),
  )
  fc.assert(
    fc.property(
      fc.constantFrom(...types),
      fc.constantFrom(...names),
      object(fields),
      state,
      (type, name, part, held) => {
        const made = render({ ...part, type, ...(type === "tool" ? { tool: name, state: held } : {}) })
        expect(() => parseTree(made)).not.toThrow()
        expect(made).not.toContain("<b>")
      },
    ),
    { numRuns: 1500 },
  )
})

test("a text of megabytes is shown as it was written, not as a hundred thousand elements", () => {
  const text = "para **b** `c`\n\n".repeat(100_000)
  const made = renderPart(
    { id: "prt_a", messageID: "m", sessionID: "s", type: "text", text },
    "prt_a",
    "assistant",
    {
      ...frame,
      whole: true,
    },
  ).text
  expect(made.match(/</g)?.length).toBeLessThan(10)
  expect(made).toContain("para **b** `c`")
})
