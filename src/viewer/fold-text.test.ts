import { expect, test } from "vitest"
import { countLines, FOLD, foldText, moreLink } from "./fold-text.ts"
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
const lines = (count: number) => Array.from({ length: count }, (_, at) => `line ${at + 1}`).join("\n")

test("Output at the limit is whole, one line more is folded to its first lines", () => {
  expect(foldText(lines(14), FOLD.output, frame)).toEqual({ text: lines(14) })
  expect(foldText(lines(15), FOLD.output, frame)).toEqual({
    text: lines(10),
    rest: { lines: 15, chars: lines(15).length },
  })
})

test("A single long line is cut, and never in half a character", () => {
  const folded = foldText("😀".repeat(1001), FOLD.output, frame)
  expect(folded.text).toBe("😀".repeat(1000))
  const odd = foldText(`a${"😀".repeat(1001)}`, FOLD.output, frame)
  expect(odd.text).toBe(`a${"😀".repeat(999)}`)
})

test("The link to the rest says how much there is", () => {
  expect(moreLink(foldText(lines(1200), FOLD.output, frame), frame)?.text).toBe(
    '<a class="more" href="/share/s/part/p">Show all 1,200 lines</a>',
  )
  expect(moreLink(foldText("x".repeat(4096), FOLD.output, frame), frame)?.text).toContain("Show all 4 KiB")
  expect(moreLink({ text: "short" }, frame)).toBeUndefined()
})

test("On its own page nothing is folded", () => {
  expect(foldText(lines(5000), FOLD.output, { ...frame, whole: true })).toEqual({ text: lines(5000) })
})

test("A line break at the end does not begin another line", () => {
  expect([countLines(""), countLines("a"), countLines("a\n"), countLines("a\nb")]).toEqual([1, 1, 1, 2])
})
