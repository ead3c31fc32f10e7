import { expect, test } from "vitest"
import { MOST_RUNS, readStyled, styledHtml } from "./ansi.ts"
import { plainText } from "./plain-text.ts"

const show = (raw: string) => styledHtml(readStyled(raw)).text

test.each([
  ["a colour", "\x1b[31mred\x1b[39m plain", '<span class="f1">red</span> plain'],
  ["a bright colour", "\x1b[92mok\x1b[0m", '<span class="f10">ok</span>'],
  ["one of 256", "\x1b[38;5;196mx\x1b[m", '<span class="f196">x</span>'],
  ["one of 256 with colons", "\x1b[38:5:196mx\x1b[m", '<span class="f196">x</span>'],
  ["a true colour", "\x1b[38;2;255;0;0mx", '<span class="f196">x</span>'],
  ["a true colour with colons and a space", "\x1b[38:2::8:8:8mx", '<span class="f232">x</span>'],
  ["a background", "\x1b[48;5;22mx", '<span class="b22">x</span>'],
  ["a background and what can be read on it", "\x1b[30;42mPASS", '<span class="b2 aw">PASS</span>'],
  ["all the rest", "\x1b[1;3;4;9mx\x1b[22;23;24;29my", '<span class="ab ai au as">x</span>y'],
  ["faint text", "\x1b[2mx\x1b[22m", '<span class="ad">x</span>'],
  ["inverse text", "\x1b[7mx\x1b[27my", '<span class="av ak">x</span>y'],
  ["inverse colours", "\x1b[31;7mx", '<span class="b1">x</span>'],
  ["a curly underline, and none", "\x1b[4:3mx\x1b[4:0my", '<span class="au">x</span>y'],
  ["an underline's colour, which is passed over", "\x1b[58;5;196;1mx", '<span class="ab">x</span>'],
  ["eight-bit sequences", "\x9b31mred\x9b0m", '<span class="f1">red</span>'],
  ["a link, of which the text stays", "\x1b]8;;https://x.dev\x1b\\here\x1b]8;;\x1b\\", "here"],
])("Terminal output keeps %s", (_, raw, markup) => {
  expect(show(raw)).toBe(markup)
})

test.each(["\x1b[38;5;999mx", "\x1b[38;2;1mx", "\x1b[38mx", "\x1b[>4;2mx", "\x1b[::mx"])(
  "A sequence without sense (%j) changes nothing",
  (raw) => {
    expect(show(raw)).toBe("x")
  },
)

test("Neighbours of one style are one run, across lines and sequences that change nothing", () => {
  expect(show("\x1b[32ma\x1b[32mb\n\x1b[39m\x1b[32mc\x1b[0m")).toBe('<span class="f2">ab\nc</span>')
})

test("A line that is written over keeps the style of what was written last", () => {
  expect(show("\x1b[31m10 %\r\x1b[32m100 %\r\x1b[0m\nend")).toBe('<span class="f2">100 %</span>\nend')
})

test("The beginning of an output is complete in itself", () => {
  const styled = readStyled("\x1b[31mone\ntwo\nthree\x1b[0m")
  expect(styledHtml(styled, 7).text).toBe('<span class="f1">one\ntwo</span>')
})

test("What is coloured is escaped like the rest", () => {
  expect(show('\x1b[31m<b>"\u202e\x1b[0m<i>')).toBe(
    '<span class="f1">&lt;b&gt;&quot;⟨U+202E⟩</span>&lt;i&gt;',
  )
})

test("The text is that of plainText, whatever the output", () => {
  const raw = "a\r\nb\rc\x1b[1m\r\x1b[K\nd\x1b]0;title\x07e\x1b(B\x08\x00f\r\r\ng\x1b[31"
  expect(readStyled(raw).text).toBe(plainText(raw))
})

test("A hostile output makes a bounded number of runs, in one go", () => {
  const raw = Array.from({ length: 100_000 }, (_, at) => `\x1b[${30 + (at % 8)}mx`).join("")
  const styled = readStyled(raw)
  expect(styled.runs.length).toBeLessThanOrEqual(MOST_RUNS)
  expect(styled.text).toBe("x".repeat(100_000))
  expect(show(`\x1b[${"1;".repeat(300_000)}1mx`)).toBe('<span class="ab">x</span>')
  expect(show("\x1b[7m".repeat(100_000))).toBe("")
})
