import { expect, test } from "vitest"
import type { Frame } from "../frame.ts"
import { readCall } from "./call.ts"
import { toolCard } from "./tool-card.ts"

const frame: Frame = {
  shareID: "share",
  directory: "/home/mira/harbour",
  whole: false,
  open: false,
  lean: false,
  sessions: new Set(),
  partHref: "/share/share/part/p",
}
const card = (tool: string, state: Record<string, unknown>, more: Partial<Frame> = {}) =>
  toolCard(readCall({ tool, state: { status: "completed", ...state } }), { ...frame, ...more }).text

/** The text that a script finds in the first element of a class. */
function textOf(markup: string, opening: RegExp): string {
  const from = markup.slice(markup.search(opening))
  const inside = from.slice(from.indexOf(">") + 1, from.search(/<\/(?:pre|code)>/))
  // HTML drops a line break right behind <pre>.
  const text = (from.startsWith("<pre") ? inside.replace(/^\n/, "") : inside).replace(/<[^>]*>/g, "")
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&")
}

test("A command says how it ended, well or badly", () => {
  expect(card("bash", { input: { command: "x" }, metadata: { exit: 0 } })).toContain("<span>exit 0</span>")
  expect(card("bash", { input: { command: "x" }, metadata: { exit: 2 } })).toContain('"bad">exit 2<')
  expect(card("bash", { input: { command: "x" }, metadata: { exit: null } })).not.toContain("exit")
})

test("A terminal keeps its colours, and what OpenCode adds is no output", () => {
  const output = "\x1b[31mred\x1b[0m\n\n<shell_metadata>\nUser aborted the command\n</shell_metadata>"
  const made = card("bash", { input: { command: "x" }, output })
  expect(made).toContain('<pre class="output"><span class="f1">red</span></pre>')
  expect(made).toContain('<p class="remark">User aborted the command</p>')
})

test("Colours elsewhere bring their dark ground along", () => {
  expect(card("mcp_x", { output: "\x1b[31mred" })).toContain(
    '<pre class="output terminal"><span class="f1">red',
  )
})

test("A fold cuts coloured output at a line, with every stretch closed", () => {
  const made = card("bash", { input: { command: "x" }, output: `\x1b[31m${"line\n".repeat(400)}\x1b[0m` })
  expect(made).toContain(`<span class="f1">${"line\n".repeat(9)}line</span></pre>`)
  expect(made).toContain("Show all 400 lines")
})

test("An output of megabytes is read no further than it is shown", () => {
  const made = card("bash", { input: { command: "x" }, output: `${"\x1b[31m".repeat(50_000)}end` })
  expect(made).not.toContain("end<")
  expect(made).toContain("Show all 244")
})

test.each([
  '\n\n  <b>indented</b> &amp; "quoted"\tand\n\nmore',
  "plain",
  "\x1b[1mbold\x1b[0m\n\x1b[32mgreen\x1b[0m",
])("The text of an output can be copied as it was: %j", (output) => {
  const made = card("bash", { input: { command: "x" }, output }, { whole: true })
  expect(textOf(made, /<pre class="output/)).toBe(output.replaceAll(/\x1b\[\d+m/g, ""))
})

test("The text of code can be copied as it was, without its numbers", () => {
  const text = "\nconst a = `<b>`\n\n  // end"
  const metadata = { display: { type: "file", text, lineStart: 8 } }
  const made = card("read", { input: { filePath: "a.ts" }, metadata }, { whole: true })
  expect(textOf(made, /<code>/)).toBe(text)
  expect(made).toContain("8\n9\n10\n11</span>")
})

test("A folder is shown by what is in it", () => {
  const display = { type: "directory", entries: ["src/", "README.md"] }
  const made = card("read", { input: { filePath: "/home/mira/harbour" }, output: "…", metadata: { display } })
  expect(made).toContain("src/\nREADME.md</pre>")
  expect(made).toContain("2 entries")
  const told = "<path>/x</path>\n<type>directory</type>\n<entries>\nsrc/\n\n(1 entries)\n</entries>"
  expect(card("read", { input: { filePath: "/x" }, output: told })).toContain(
    '<pre class="output">src/</pre>',
  )
})

test("A part of a file says that there is more", () => {
  const output =
    "<path>/x</path>\n<type>file</type>\n<content>\n7: a\n\n(Showing lines 7-7 of 90. Use offset=8 to continue.)\n</content>"
  const made = card("read", { input: { filePath: "a.txt", offset: 7 }, output })
  expect(made).toContain("lines 7–7")
  expect(made).toContain('<p class="remark">Showing lines 7-7 of 90.</p>')
  expect(textOf(made, /<code>/)).toBe("a")
})

test("What grep found stands file by file, hits marked", () => {
  const output =
    "Found 2 matches\n/home/mira/harbour/src/a.ts:\n  Line 14:   drain(<b>)\n\n/home/mira/harbour/b.ts:\n  Line 3: x drain(y)"
  const made = card("grep", { input: { pattern: "drain\\(" }, output, metadata: { matches: 2 } })
  expect(made).toContain('<span class="folder">src/</span>a.ts</code></p>')
  expect(made).toContain(">14</span><code>  <mark>drain(</mark>&lt;b&gt;)</code>")
  expect(made).not.toContain("Found 2")
})

test("What grep says otherwise is shown as it is", () => {
  expect(card("grep", { input: { pattern: "x" }, output: "No files found" })).toContain(
    ">No files found</pre>",
  )
  expect(card("grep", { input: { pattern: "x" }, output: "/a:\n  Line 1: x\n!! odd" })).toContain(
    "  Line 1: x\n!! odd",
  )
  expect(card("grep", { input: { pattern: "(" }, output: "/a:\n  Line 1: (" })).toContain("<code>(</code>")
})

test("Addresses in what a search brought can be followed, and only those of the web", () => {
  const output = "Title: Jitter\nURL: https://x.dev/a?b=1&c=2.\njavascript:alert(1) https://y.dev/<script>"
  const made = card("websearch", { input: { query: "q" }, output })
  expect(made).toContain(
    '<a href="https://x.dev/a?b=1&amp;c=2" rel="noopener noreferrer nofollow ugc" target="_blank">',
  )
  expect(made).toContain('href="https://y.dev/"')
  expect(made).not.toMatch(/href="javascript|<script/)
})

test("A page is shown as the format that it was fetched in", () => {
  const state = { input: { url: "https://x.dev", format: "html" }, output: "<p>hi</p>" }
  expect(card("webfetch", state)).toContain('<span class="ht">p</span>')
  expect(card("webfetch", { input: { url: "https://x.dev" }, output: "**hi**" })).toContain(
    "<strong>hi</strong>",
  )
  const text = { url: "https://x.dev", format: "text" }
  expect(card("webfetch", { input: text, output: "**hi**" })).toContain(
    '<pre class="output wrap">**hi**</pre>',
  )
})

test("JSON from a tool that we do not know is laid out, and JSON that is none is not", () => {
  const made = card("mcp_x", { output: `{"ids":[1,2],"note":"${"x".repeat(70)}"}` }, { whole: true })
  expect(textOf(made, /<code>/)).toBe(`{\n  "ids": [1, 2],\n  "note": "${"x".repeat(70)}"\n}`)
  expect(card("mcp_x", { output: "{not json" })).toContain(">{not json</pre>")
})

test("A call that the user did not allow is no failure", () => {
  const error = "The user rejected permission to use this specific tool call."
  const made = card("bash", { status: "error", input: { command: "rm x" }, error })
  expect(made).toContain('class="card ended"')
  expect(made).toContain('<strong class="status">rejected</strong>')
  expect(made).toContain('<p class="remark">The user did not allow this.</p>')
  expect(made).not.toMatch(/class="error"|failed|rejected permission/)
})

test("What the model no longer sees says since when", () => {
  const time = { start: 0, end: 1, compacted: Date.UTC(2026, 9, 14, 8, 12) }
  const made = card("bash", { input: { command: "x" }, output: "[Old tool result content cleared]", time })
  expect(made).toMatch(/No longer in the model’s context since <time [^>]*>08:12 UTC<\/time>/)
  expect(made).not.toContain("[Old tool")
})

test("A to-do is called urgent only while it is open, and others are not", () => {
  const todo = (status: string, priority: string) => ({ content: "x", status, priority })
  const shown = (...todos: unknown[]) =>
    card("todowrite", { metadata: { todos } }).split("high priority").length - 1
  expect(shown(todo("pending", "high"), todo("completed", "high"), todo("pending", "low"))).toBe(1)
  expect(shown(todo("pending", "high"), todo("in_progress", "high"))).toBe(0)
})

test("A subagent that failed says why", () => {
  const output = '<task id="ses_x" state="error">\n<task_error>\nout of quota\n</task_error>\n</task>'
  const made = card("task", { input: { description: "d", subagent_type: "review" }, output })
  expect(made).toContain("<p>out of quota</p>")
})

test("Attachments of a tool are shown or named with their size", () => {
  const pdf = {
    type: "file",
    mime: "application/pdf",
    filename: "a.pdf",
    url: `data:application/pdf;base64,${"A".repeat(4096)}`,
  }
  expect(card("read", { attachments: [pdf] })).toContain("application/pdf, 3 KiB")
})
