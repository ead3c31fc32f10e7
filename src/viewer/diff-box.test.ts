import { expect, test } from "vitest"
import { diffBox, makePatch } from "./diff-box.ts"
import { markStretches } from "./diff-code.ts"
import { countDiff, readDiff } from "./diff-lines.ts"
import type { Frame } from "./frame.ts"

const frame: Frame = {
  shareID: "s",
  directory: "",
  whole: false,
  open: false,
  lean: false,
  sessions: new Set(),
  partHref: "/share/s/part/p",
}

const PATCH = `Index: a.ts
===================================================================
--- a.ts\t
+++ a.ts\t
@@ -4,3 +4,4 @@ function add
 same
-const a = b - c
+const a = b + c
+more
 end
\\ No newline at end of file
`

test("Lines of a diff carry the numbers of both sides", () => {
  expect(readDiff(PATCH)).toEqual([
    { kind: "hunk", text: "@@ -4,3 +4,4 @@ function add" },
    { kind: "same", text: "same", old: 4, new: 4 },
    { kind: "del", text: "const a = b - c", old: 5 },
    { kind: "add", text: "const a = b + c", new: 5 },
    { kind: "add", text: "more", new: 6 },
    { kind: "same", text: "end", old: 6, new: 7 },
    { kind: "note", text: "No newline at end of file" },
  ])
  expect(countDiff(readDiff(PATCH))).toEqual({ additions: 2, deletions: 1 })
})

test("A removed line that looks like a file header is a removed line", () => {
  expect(readDiff("@@ -1,1 +1,1 @@\n--- a\n+++ b")).toEqual([
    { kind: "hunk", text: "@@ -1,1 +1,1 @@" },
    { kind: "del", text: "-- a", old: 1 },
    { kind: "add", text: "++ b", new: 1 },
  ])
})

test("What is no diff is shown as it is", () => {
  expect(readDiff("hello\nworld").map((line) => line.kind)).toEqual(["note", "note"])
})

test("Words that changed are marked where one line became another", () => {
  const { box } = diffBox("@@ -1,1 +1,1 @@\n-const a = b - c\n+const a = b + c\n", frame)
  expect(box.text).toContain("const a = b <del>-</del> c")
  expect(box.text).toContain("const a = b <ins>+</ins> c")
})

test("Words are marked also where more lines were added than removed", () => {
  const { box } = diffBox("@@ -1 +1,2 @@\n-const hours = 12\n+const hours = 24\n+const grace = 5\n", frame)
  expect(box.text).toContain("const hours = <ins>24</ins>")
})

test("Lines with little in common are not marked", () => {
  const { box } = diffBox("@@ -1,1 +1,1 @@\n-alpha beta gamma\n+one two three\n", frame)
  expect(box.text).not.toMatch(/<ins>|<del>/)
})

test("Everything in a diff is escaped", () => {
  const { box } = diffBox("@@ <b> @@\n@@ -1 +1 @@\n-<i>x</i> y z\n+<u>x</u> y z\n", frame)
  expect(box.text).not.toMatch(/<[biu]>/)
})

test("A long diff keeps its beginning and links to the rest", () => {
  const patch = `@@ -0,0 +1,200 @@\n${"+line\n".repeat(200)}`
  expect(diffBox(patch, frame).box.text.match(/class="row add"/g)).toHaveLength(47)
  expect(diffBox(patch, frame).box.text).toContain("Show all 201 lines")
  expect(diffBox(patch, { ...frame, whole: true }).box.text.match(/class="row add"/g)).toHaveLength(200)
})

test("Two texts become a diff, unless comparing them would take too long", () => {
  expect(countDiff(readDiff(makePatch("a\nb", "a\nc") ?? ""))).toEqual({ additions: 1, deletions: 1 })
  expect(makePatch("a".repeat(60_000), "b".repeat(60_000))).toBeUndefined()
})

test("Code in a diff is highlighted as the file that it is, across lines", () => {
  const patch = "@@ -1,3 +1,3 @@\n /* one\n-two const\n+three const\n */\n"
  const { box } = diffBox(patch, frame, "src/a.ts")
  expect(box.text).toContain('-<span class="hc"><del>two</del> const</span>')
  expect(box.text).toContain('+<span class="hc"><ins>three</ins> const</span>')
  expect(diffBox("@@ -1 +1 @@\n+const a = 1\n", frame, "a.ts").box.text).toContain('class="hk"')
})

test("A mark never crosses a tag", () => {
  expect(markStretches('a<span class="k">b&lt;c</span>d', [{ start: 0, end: 3 }], "ins")).toBe(
    '<ins>a</ins><span class="k"><ins>b&lt;</ins>c</span>d',
  )
})

test("The text of the box is the diff again, and numbers are no part of it", () => {
  const patch =
    "@@ -9,3 +9,3 @@\n same <b>\n-const a = b - c\n+const a = b + c\n end\n@@ -40 +40 @@\n-x\n+y\n"
  const { box } = diffBox(`--- a.ts\n+++ a.ts\n${patch}`, frame, "a.ts")
  expect(
    box.text
      .replace(/<[^>]*>/g, "")
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">"),
  ).toBe(patch)
  expect(box.text).toContain('<span class="row" data-n=" 9  9"> same')
})

test("Only a diff that may scroll can be focused", () => {
  expect(diffBox("@@ -1 +1 @@\n-short\n+long enough", frame).box.text).not.toContain("tabindex")
  expect(diffBox(`@@ -1 +1 @@\n-short\n+${"long ".repeat(9)}`, frame).box.text).toContain('tabindex="0"')
})
