import { applyPatch, createTwoFilesPatch } from "diff"
import fc from "fast-check"
import { expect, test } from "vitest"
import { compose, type Hunk, writeHunk } from "./compose.ts"

const line = fc.oneof(
  fc.constantFrom("", "}", "same", "- dash", "+ plus", "@@ -1 +1 @@"),
  fc.stringMatching(/^ {0,6}[a-e]{1,3}$/),
)
const text = fc
  .tuple(fc.array(line, { maxLength: 40 }), fc.boolean())
  .map(([lines, ends]) => (lines.length === 0 ? "" : lines.join("\n") + (ends ? "\n" : "")))

/** A file and what becomes of it: stretches replaced, one after the other. */
const history = fc
  .tuple(
    text,
    fc.array(fc.tuple(fc.nat(40), fc.nat(6), fc.array(line, { maxLength: 6 })), { maxLength: 6 }),
    fc.integer({ min: 1, max: 4 }),
  )
  .map(([first, edits, context]) => {
    const states = [first]
    for (const [at, removed, added] of edits) {
      const lines = (states.at(-1) ?? "").split("\n")
      lines.splice(Math.min(at, lines.length), removed, ...added)
      states.push(lines.join("\n"))
    }
    return { states, context }
  })

const patchOf = (before: string, after: string, context: number) =>
  createTwoFilesPatch("a", "b", before, after, "", "", { context })
const write = (hunks: Hunk<number>[] | undefined) => hunks && `--- a\n+++ b\n${hunks.map(writeHunk).join("")}`

test("Composed edits lead from the first state to the last, whatever lies between", () => {
  fc.assert(
    fc.property(history, ({ states, context }) => {
      const edits = states
        .slice(1)
        .map((after, at) => ({ patch: patchOf(states[at] ?? "", after, context), by: at }))
      const hunks = compose(edits)
      expect(hunks).toBeDefined()
      expect(applyPatch(states[0] ?? "", write(hunks) ?? "")).toBe(states.at(-1))
      for (const { kind, text, by } of hunks?.flatMap(({ rows }) => rows) ?? []) {
        const told = `${kind === "add" ? "+" : "-"}${text.split("\n")[0]}`
        const tellers = edits.filter(({ patch }) => patch.split("\n").includes(told))
        if (kind !== "same" && tellers.length > 0) expect(tellers.map((edit) => edit.by)).toContain(by)
      }
    }),
    { numRuns: 1500 },
  )
})

test("A file that was written anew and edited is one addition", () => {
  const edits = [
    { content: "one\ntwo\n", created: true, by: 1 },
    { patch: patchOf("one\ntwo\n", "one\n2\n", 3), by: 2 },
    { content: "one\n2\nthree\n", by: 3 },
  ]
  const [hunk, ...more] = compose(edits) ?? []
  expect(more).toEqual([])
  expect(hunk?.rows.map(({ kind, text, by }) => [kind, text, by])).toEqual([
    ["add", "one", 1],
    ["add", "2", 2],
    ["add", "three", 3],
  ])
})

test("Indentation that OpenCode takes from a diff comes back from what else is known", () => {
  const lines = (name: string) => `class A {\n    a() {\n        ${name}\n    }\n}\n`
  const trimmed = (patch: string) => patch.replace(/^([ +-]) {4}/gm, "$1")
  const inner = "@@ -2,3 +2,3 @@\n     a() {\n-        one\n+        two\n     }\n"
  const second = patchOf(lines("two"), lines("three"), 3)
  for (const edits of [
    [{ patch: trimmed(inner), trimmed: true }, { patch: second }],
    [{ patch: patchOf(lines("zero"), lines("one"), 3) }, { patch: trimmed(inner), trimmed: true }],
  ]) {
    const rows = compose(edits)?.flatMap((hunk) => hunk.rows)
    expect(rows?.find(({ kind }) => kind === "add")?.text).toMatch(/^ {8}t/)
  }
})

test("What was done and undone leaves nothing", () => {
  expect(
    compose([{ patch: patchOf("a\nb\n", "a\nc\n", 3) }, { patch: patchOf("a\nc\n", "a\nb\n", 3) }]),
  ).toEqual([])
})

test("Edits that do not follow each other are not composed", () => {
  expect(
    compose([{ patch: patchOf("a\nb\n", "a\nc\n", 3) }, { patch: patchOf("a\nX\n", "a\nd\n", 3) }]),
  ).toBeUndefined()
  expect(compose([{ content: "all of it" }])).toBeUndefined()
  expect(compose([{ patch: "@@ -0,0 +1 @@\n+a\n" }, { patch: "@@ -900 +900 @@\n-x\n+y\n" }])).toBeUndefined()
})

test("Nothing that calls itself a patch takes long or throws", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.array(
          fc.constantFrom(
            "@@ -1 +1 @@",
            "@@ -999999999,1 +0,0 @@",
            "@@ -0,0 +7 @@",
            "+a",
            "-a",
            " a",
            "\\ No newline at end of file",
            "junk",
          ),
        ),
        { maxLength: 4 },
      ),
      (patches) => {
        compose(patches.map((lines) => ({ patch: lines.join("\n"), trimmed: true })))
      },
    ),
  )
})
