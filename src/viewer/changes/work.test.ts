import * as diff from "diff"
import { expect, test, vi } from "vitest"
import { fold } from "../../protocol/fold.ts"
import type { Item } from "../../protocol/item.ts"
import { fileDiffs, listChanges } from "./changed-files.ts"
import { compose } from "./compose.ts"
import { type FileSources, sourcesOf } from "./sources.ts"
import { createWork } from "./work.ts"

vi.mock("diff", async (load) => {
  const own = await load<typeof import("diff")>()
  return { ...own, diffArrays: vi.fn(own.diffArrays), createTwoFilesPatch: vi.fn(own.createTwoFilesPatch) }
})

const ROOT = "ses_root"
let calls = 0
const call = (tool: string, input: unknown, metadata: unknown): Item => ({
  type: "part",
  data: {
    id: `prt_${++calls}`,
    messageID: "msg_1",
    sessionID: ROOT,
    type: "tool",
    tool,
    state: { status: "completed", input, metadata, time: { start: calls, end: calls } },
  },
})
const session = (...items: Item[]) =>
  fold(
    [
      { type: "session", data: { id: ROOT, directory: "/srv" } },
      { type: "message", data: { id: "msg_1", sessionID: ROOT, role: "assistant", time: { created: 1 } } },
      ...items,
    ],
    ROOT,
  )
const other = (count: number, round: number) =>
  Array.from({ length: count }, (_, at) => `${round} ${at}`).join("\n")

/** What comparisons were let do: their lines, times the differences that they may look for. */
function compared(): number {
  return vi
    .mocked(diff.diffArrays)
    .mock.calls.reduce(
      (sum, [before, after, options]) =>
        sum + (before.length + after.length) * Number((options as { maxEditLength: number }).maxEditLength),
      0,
    )
}

test("A list of changes compares nothing, and a page only so much", () => {
  const writes = Array.from({ length: 60 }, (_, at) =>
    call("write", { filePath: "/srv/a.ts", content: other(500, at) }, { exists: at > 0 }),
  )
  const edits = Array.from({ length: 40 }, (_, at) =>
    call(
      "edit",
      { filePath: `/srv/${at}.ts`, oldString: other(450, at), newString: other(450, -at - 1) },
      {},
    ),
  )
  const document = session(...writes, ...edits)
  vi.clearAllMocks()
  const [first] = listChanges(document).filter(({ path }) => path === "a.ts")
  expect(first).toMatchObject({ additions: 60 * 500 })
  expect(diff.diffArrays).not.toHaveBeenCalled()
  expect(diff.createTwoFilesPatch).not.toHaveBeenCalled()
  const files = [...fileDiffs(document)]
  expect(compared()).toBeGreaterThan(0)
  expect(compared()).toBeLessThan(1.5 * createWork().compared)
  expect(diff.createTwoFilesPatch).not.toHaveBeenCalled()
  // What is not compared is replaced.
  expect(files.map(({ additions }) => additions)).toEqual([...new Array(40).fill(450), 500])
})

test("An edit without a diff counts the lines between the first and the last that differ, as its diff does", () => {
  const texts = { oldString: "a\nb\nc\n", newString: "a\nB\n2\nc\n" }
  const document = session(call("edit", { filePath: "/srv/a.ts", ...texts }, {}))
  expect(listChanges(document)).toMatchObject([{ additions: 2, deletions: 1 }])
  expect([...fileDiffs(document)]).toMatchObject([{ additions: 2, deletions: 1 }])
})

test("Edits of a file in ever more pieces end, and leave no work", () => {
  const edits = Array.from({ length: 8_000 }, (_, at) => ({
    patch: `@@ -${3 * at + 1} +${3 * at + 1} @@\n-a\n+b\n`,
  }))
  const work = createWork()
  expect(compose(edits, work)).toBeUndefined()
  expect(work.stepped).toBeLessThan(0)
  expect(work.stepped).toBeGreaterThan(-20_000)
  expect(compose(edits.slice(0, 500))).toHaveLength(500)
})

/** How many entries lists take in meanwhile. */
function pushed(run: () => void): number {
  const own = Array.prototype.push
  let count = 0
  Array.prototype.push = function push(...all: unknown[]) {
    count += all.length
    return own.apply(this, all)
  }
  try {
    run()
  } finally {
    Array.prototype.push = own
  }
  return count
}

const move = (from: string, to: string) => ({
  filePath: `/srv/${from}`,
  movePath: `/srv/${to}`,
  type: "move",
})
const paths = (files: Map<string, FileSources>) => [...files].map(([path, { done }]) => [path, done.length])

test("A file that is moved to and fro takes its changes along without copying them", () => {
  const files = Array.from({ length: 3_000 }, (_, at) => (at % 2 === 0 ? move("a", "b") : move("b", "a")))
  const document = session(call("apply_patch", {}, { files }))
  expect(pushed(() => expect(paths(sourcesOf(document))).toEqual([["a", 3_000]]))).toBeLessThan(20_000)
})

test("A file that is moved over another has the changes of both, as they came after each other", () => {
  const edit = (path: string) => ({ filePath: `/srv/${path}`, type: "update" })
  const document = session(
    call(
      "apply_patch",
      {},
      { files: [edit("a"), edit("b"), edit("a"), edit("a"), move("a", "b"), edit("b")] },
    ),
  )
  const [[path, source] = []] = [...sourcesOf(document)]
  expect(path).toBe("b")
  expect(source?.done.map(({ at }) => at)).toEqual([0, 1, 2, 3, 4, 5])
})

test("Of more changes than anybody makes the first are there", () => {
  const many = (count: number, name: string) =>
    Array.from({ length: count }, (_, at) => ({ filePath: `/srv/${name}${at}`, type: "add" }))
  expect(sourcesOf(session(call("apply_patch", {}, { files: many(150_000, "") }))).size).toBe(5_000)
  const calls = Array.from({ length: 6 }, (_, at) =>
    call("apply_patch", {}, { files: many(4_000, `${at}/`) }),
  )
  expect(sourcesOf(session(...calls)).size).toBe(20_000)
})

test("Files stand as in a tree, folders before files", () => {
  const sorted = ["a/b/c", "a/b.ts", "a-b/c", "ab/x", "a.ts", "b"]
  const files = [...sorted].reverse().map((path) => ({ filePath: `/srv/${path}`, type: "add" }))
  const document = session(call("apply_patch", {}, { files }))
  expect(listChanges(document).map(({ path }) => path)).toEqual(sorted)
})
