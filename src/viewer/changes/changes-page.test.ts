import { createTwoFilesPatch } from "diff"
import fc from "fast-check"
import { expect, test } from "vitest"
import { findNode, parseTree } from "../../../test/fixtures/viewer/tree.ts"
import { fold } from "../../protocol/fold.ts"
import type { Item } from "../../protocol/item.ts"
import { fileBlockID } from "../block-id.ts"
import { renderChangesPage } from "./changes-page.ts"

const ROOT = "ses_root"
const DIRECTORY = "/srv/app"
const share = {
  id: "share000",
  revision: 1,
  createdAt: "2026-10-14T08:12:00Z",
  updatedAt: "2026-10-14T08:12:00Z",
}
const context = { shareID: share.id, assets: { script: "/s.js", style: "/s.css" } }

const session = (data: Record<string, unknown> = {}): Item => ({
  type: "session",
  data: { id: ROOT, title: "A session", directory: DIRECTORY, ...data },
})
const message = (id: string, info: Record<string, unknown> = {}): Item => ({
  type: "message",
  data: { id, sessionID: ROOT, role: "assistant", time: { created: 1 }, ...info },
})
let calls = 0
const call = (
  messageID: string,
  tool: string,
  input: unknown,
  metadata: unknown,
  sessionID = ROOT,
): Item => ({
  type: "part",
  data: {
    id: `prt_${++calls}`,
    messageID,
    sessionID,
    type: "tool",
    tool,
    state: { status: "completed", input, metadata, time: { start: calls, end: calls } },
  },
})
const patch = (before: string, after: string) => createTwoFilesPatch("f", "f", before, after)
const edit = (messageID: string, path: string, before: string, after: string) =>
  call(messageID, "edit", { filePath: path }, { diff: patch(before, after) })
const told = (...files: Record<string, unknown>[]): Item => ({ type: "session_diff", data: files as never })

function draw(items: Item[], file?: string): string {
  const page = renderChangesPage({ share, document: fold([session(), ...items], ROOT), context, file })
  return [...(page ?? ["no such file"])].join("")
}

/** What a page says, without its mark-up. */
const read = (page: string) => page.replace(/<[^>]*>/g, "")

test("Two edits of a file are one diff, and each hunk says whose it is", () => {
  const states = ["a", "b", "c"].map((word) => `one\n${word}\nthree\n${"x\n".repeat(20)}end\n`)
  const page = draw([
    message("msg_1"),
    edit("msg_1", `${DIRECTORY}/src/a.ts`, states[0] ?? "", states[1] ?? ""),
    message("msg_2", { time: { created: 2 } }),
    edit("msg_2", `${DIRECTORY}/src/a.ts`, states[1] ?? "", states[2] ?? ""),
  ])
  expect(page.match(/class="section diffed"/g)).toHaveLength(1)
  expect(page.match(/class="row (?:add|del)"/g)).toHaveLength(2)
  expect(page).toMatch(
    /by <a href="\/share\/share000#prt_\d+">message 1<\/a>, <a href="\/share\/share000#prt_\d+">message 2<\/a>/,
  )
  expect(page).toContain(`id="${fileBlockID("src/a.ts")}"`)
})

test("A hunk names its messages in their order, each once", () => {
  const edits = [
    ["a\nb\nc\nd\n", "a\nb\nC\nd\n", 1],
    ["a\nb\nC\nd\n", "a\nb\nC\nD\n", 1],
    ["a\nb\nC\nD\n", "A\nb\nC\nD\n", 3],
    ["A\nb\nC\nD\n", "A\nB\nC\nD\n", 2],
  ] as const
  const page = draw([
    ...[1, 2, 3].map((at) => message(`msg_${at}`, { time: { created: at } })),
    ...edits.map(([before, after, at]) => edit(`msg_${at}`, `${DIRECTORY}/a.ts`, before, after)),
  ])
  expect(read(page)).toMatch(/by message 1, message 2, message 3(?! *,)/)
})

test("What the share tells of a file counts for more than its edits, which say whose the lines are", () => {
  const page = draw([
    message("msg_1"),
    edit("msg_1", `${DIRECTORY}/a.ts`, "x\n", "y\n"),
    edit("msg_1", `${DIRECTORY}/untold.ts`, "x\n", "y\n"),
    told({ file: "a.ts", patch: patch("top\nx\n", "TOP\ny\n"), additions: 2, deletions: 2 }),
  ])
  expect(read(page)).toContain("+TOP")
  expect(page.match(/by <a/g)).toHaveLength(2)
  expect(page.match(/class="section diffed"/g)).toHaveLength(2)
})

test("A file that several places tell of is told once, by the best of them", () => {
  const summary = { diffs: [{ file: "a.ts", patch: patch("x\n", "older\n"), additions: 1, deletions: 1 }] }
  const page = draw([
    message("msg_1", { role: "user", summary }),
    told({ file: "a.ts", patch: patch("x\n", "newer\n"), additions: 1, deletions: 1 }),
  ])
  expect(read(page)).toContain("+newer")
  expect(read(page)).not.toContain("+older")
})

test("A file is the same by whichever path it is told of, also below a worktree", () => {
  const page = draw([
    message("msg_1"),
    edit("msg_1", `${DIRECTORY}/src/a.ts`, "x\n", "y\n"),
    edit("msg_1", "/srv/other/a.ts", "x\n", "y\n"),
    told({ file: "app/src/a.ts", patch: patch("x\n", "y\n") }, { file: "a.ts", patch: patch("q\n", "r\n") }),
  ])
  const ids = [...page.matchAll(/class="section diffed" id="([^"]*)"/g)].map(([, id]) => id)
  expect(ids).toEqual(["/srv/other/a.ts", "app/src/a.ts", "a.ts"].map(fileBlockID))
  expect(page.match(/by <a/g)).toHaveLength(2)
})

test("What prompts sum up is put together, and subagents' edits are there", () => {
  const diffs = (before: string, after: string) => ({
    diffs: [{ file: "a.ts", patch: patch(before, after), additions: 1, deletions: 1 }],
  })
  const page = draw([
    message("msg_1", { role: "user", summary: diffs("x\n", "y\n") }),
    message("msg_2", { role: "user", time: { created: 2 }, summary: diffs("y\n", "z\n") }),
    { type: "session", data: { id: "ses_kid", parentID: ROOT } },
    message("msg_3", { sessionID: "ses_kid", agent: "explore" }),
    call(
      "msg_3",
      "write",
      { filePath: `${DIRECTORY}/new.ts`, content: "made\n" },
      { exists: false },
      "ses_kid",
    ),
  ])
  expect(read(page)).toContain("-x")
  expect(read(page)).toContain("+z")
  expect(read(page)).not.toContain("+y")
  expect(page).toMatch(/#prt_\d+">@explore, message 1<\/a>/)
  expect(page).toContain('class="mark-added"')
})

test("A file that was moved is one file, with what was done to it before", () => {
  const page = draw([
    message("msg_1"),
    edit("msg_1", `${DIRECTORY}/old.ts`, "x\n", "y\n"),
    call(
      "msg_1",
      "apply_patch",
      {},
      {
        files: [
          {
            filePath: `${DIRECTORY}/old.ts`,
            movePath: `${DIRECTORY}/new.ts`,
            type: "move",
            patch: patch("y\n", "z\n"),
          },
        ],
      },
    ),
  ])
  expect(page.match(/class="section diffed"/g)).toHaveLength(1)
  expect(read(page)).toContain("old.ts →")
  expect(read(page)).toContain("-x")
})

test("Edits that do not follow each other stand one after the other, and the page says so", () => {
  const items = [message("msg_1"), edit("msg_1", "/a.ts", "x\n", "y\n")]
  expect(draw(items)).not.toContain("one after the other")
  const page = draw([...items, edit("msg_1", "/a.ts", "other\n", "z\n")])
  expect(page).toContain("one after the other")
  expect(page.match(/class="hunk-box"/g)).toHaveLength(2)
})

test("What nobody reads is named, and shown on a page of its own", () => {
  const lines = (word: string, count: number) =>
    Array.from({ length: count }, (_, at) => `${word} ${at}\n`).join("")
  const items = [
    told(
      { file: "package-lock.json", patch: patch("", lines("lock", 3)), additions: 3 },
      { file: "long.ts", patch: patch("", lines("long", 2_000)), additions: 2_000 },
      { file: "longer.ts", patch: patch("", lines("longer", 60_000)), additions: 60_000 },
      { file: "some.ts", patch: patch("", lines("some", 500)), additions: 500 },
      { file: "picture.png", additions: 0, deletions: 0, status: "added" },
    ),
  ]
  const page = draw(items)
  expect(read(page)).toContain("A generated file. Show all 3 lines")
  expect(read(page)).toContain("A long diff. Show all 2,000 lines")
  expect(read(page)).toMatch(/A diff of [\d.]+ KiB is too large to be shown/)
  expect(read(page)).toContain("There are no lines to compare")
  expect(page).toContain('href="/share/share000/changes?file=some.ts">Show all 500 lines')
  expect(page.length).toBeLessThan(60_000)
  expect(read(draw(items, "package-lock.json"))).toContain("lock 2")
  expect(read(draw(items, "long.ts"))).toContain("long 1999")
  expect(draw(items, "long.ts").match(/class="section diffed"/g)).toHaveLength(1)
  expect(draw(items, "nothing.ts")).toBe("no such file")
})

test("A long list of diffs ends in names", () => {
  const many = Array.from({ length: 120 }, (_, at) => ({
    file: `${at}.ts`,
    patch: patch("", "line\n".repeat(200)),
  }))
  const page = draw([told(...many)])
  expect(page.match(/class="section diffed"/g)).toHaveLength(120)
  expect(read(page)).toContain("Not shown, as this page is long")
  expect(page.length).toBeLessThan(1_000_000)
})

test("No path and no patch breaks the page, or takes an element over", () => {
  const path = fc.oneof(
    fc.constantFrom(
      "log",
      "page",
      "a/../..",
      "/",
      "//",
      "",
      "__proto__",
      "</nav><script>x</script>",
      "\u202e.ts",
      "a/".repeat(300),
      "%",
      "#x&y",
    ),
    fc.string({ unit: "binary" }),
  )
  const lines = fc.array(
    fc.constantFrom(
      "@@ -1 +1 @@",
      "@@ -3,2 +5 @@",
      "+a",
      "-a",
      " a",
      "\\ No newline at end of file",
      "<b>",
      "+</pre>",
    ),
  )
  const change = fc.record({
    file: path,
    patch: lines.map((all) => all.join("\n")),
    additions: fc.anything(),
    status: fc.constantFrom("added", "constructor", 7),
  })
  fc.assert(
    fc.property(fc.array(change, { maxLength: 6 }), fc.array(change, { maxLength: 6 }), (diffs, edits) => {
      const done = edits.flatMap(({ file, patch: diff }) => [
        call("msg_1", "edit", { filePath: file }, { diff }),
        call("msg_1", "apply_patch", {}, { files: [{ filePath: file, movePath: "log", patch: diff }] }),
        call("msg_1", "write", { filePath: file, content: diff }, { exists: diff.length % 2 === 0 }),
      ])
      const page = draw([message("msg_1"), told(...(diffs as Record<string, unknown>[])), ...done])
      expect(page).not.toContain("<script>x")
      const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id)
      expect(new Set(ids).size).toBe(ids.length)
      expect(findNode(parseTree(page), "log")?.open).toContain("<main")
    }),
    { numRuns: 300 },
  )
})
