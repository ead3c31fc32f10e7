import { expect, test } from "vitest"
import { toolEdits } from "./tool-edits.ts"

const edit = (oldString: string, newString: string, diff: string) =>
  toolEdits("edit", {
    status: "completed",
    input: { filePath: "a.ts", oldString, newString },
    metadata: { diff },
  })[0]

test("The indentation that a diff has lost is read from what the model wrote", () => {
  const diff = "@@ -2,3 +2,3 @@\n if (a) {\n-  one()\n+  two()\n }\n"
  expect(edit("if (a) {\n      one()\n", "if (a) {\n      two()\n", diff)?.indent).toBe("    ")
  expect(edit("      one()", "      two()", diff)?.indent).toBe("    ")
  expect(edit("one", "two", diff)?.indent).toBeUndefined()
  expect(edit("if (a) {\n  one()", "if (a) {\n  two()", diff)?.indent).toBe("")
})

test("Calls that failed, that run or that do not edit change nothing", () => {
  const state = {
    status: "completed",
    input: { filePath: "a.ts", content: "x" },
    metadata: { exists: false },
  }
  expect(toolEdits("write", state)).toHaveLength(1)
  expect(toolEdits("write", { ...state, status: "error" })).toEqual([])
  expect(toolEdits("write", { ...state, status: "running" })).toEqual([])
  for (const tool of ["read", "constructor", ""]) expect(toolEdits(tool, state)).toEqual([])
})

test("Every edit of a multiedit counts, with its diff or its texts", () => {
  const input = {
    filePath: "a.ts",
    edits: [
      { oldString: "a", newString: "b" },
      { oldString: "c", newString: "d" },
    ],
  }
  const results = [{ diff: "@@ -1 +1 @@\n-a\n+b\n" }, {}]
  const edits = toolEdits("multiedit", { status: "completed", input, metadata: { results } })
  expect(edits).toMatchObject([
    { patch: results[0]?.diff, additions: 1, deletions: 1 },
    { texts: { old: "c", new: "d" }, additions: 1, deletions: 1 },
  ])
})
