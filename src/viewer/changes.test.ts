import { expect, test } from "vitest"
import { kitchenSink, ROOT } from "../../test/fixtures/viewer/kitchen-sink.ts"
import { visible } from "../protocol/document.ts"
import { fold } from "../protocol/fold.ts"
import { changesOf, listChanges, sumOf } from "./changes/changed-files.ts"
import { changesBlocks } from "./changes.ts"
import { createFrame, type Frame } from "./frame.ts"
import { nothing } from "./html.ts"

const document = visible(fold(kitchenSink(), ROOT))
const frame = createFrame(document, { shareID: "share000", assets: { script: "", style: "" } })
const draw = (changes: Partial<Frame> = {}) =>
  changesBlocks(document)[0]?.render({ ...frame, ...changes }, nothing).text ?? ""

test("A page of a server names the files, and leads to what changed in them", () => {
  const section = draw()
  expect(section).toContain('href="/share/share000/changes#file-src:2f:queue:2e:ts"')
  expect(section).not.toContain('class="diff"')
})

test("Where there is no such page, what changed stands in place, and leads to where it was done", () => {
  for (const place of [{ sealed: true }, { file: true, whole: true }]) {
    const section = draw(place)
    expect(section).toContain('class="diff"')
    expect(section).not.toContain("/changes")
    expect(section.match(/href="[^"]*#prt/g)?.every((link) => link === 'href="#prt')).toBe(true)
  }
})

test("What OpenCode has counted counts for more than what can be", () => {
  expect(changesOf(document)).toEqual(
    document.session?.summary?.files
      ? expect.objectContaining(document.session.summary)
      : sumOf(listChanges(document)),
  )
  const session = { ...document.session, id: ROOT, summary: { files: 7, additions: 8, deletions: 9 } }
  expect(changesOf({ ...document, session })).toEqual({ files: 7, additions: 8, deletions: 9 })
  const { summary: _, ...uncounted } = session
  expect(changesOf({ ...document, session: uncounted })).toEqual(sumOf(listChanges(document)))
})
