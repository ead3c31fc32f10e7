import { expect, test } from "vitest"
import { plainText } from "./plain-text.ts"

test.each([
  ["colours", "\x1b[1;32mok\x1b[0m", "ok"],
  ["eight-bit sequences", "\x9b31mred\x9b0m", "red"],
  ["links and titles", "\x1b]8;;https://x.dev\x1b\\here\x1b]8;;\x07", "here"],
  ["cursor moves", "\x1b[2J\x1b[10;20Hhome\x1b[?25l", "home"],
  ["character sets", "\x1b(Bplain", "plain"],
  ["an unfinished sequence at the end", "done\x1b[", "done"],
  ["bells and backspaces", "a\x07b\x08c\x00", "abc"],
])("Terminal output loses %s", (_, raw, plain) => {
  expect(plainText(raw)).toBe(plain)
})

test("Windows line ends become plain ones", () => {
  expect(plainText("a\r\nb\r\n")).toBe("a\nb\n")
})

test("A line that is written over shows what was written last", () => {
  expect(plainText("10 %\r50 %\r100 %\nend")).toBe("100 %\nend")
})

test("Tabs and other scripts stay", () => {
  expect(plainText("\tпривет 👋")).toBe("\tпривет 👋")
})
