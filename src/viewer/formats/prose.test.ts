import { expect, test } from "vitest"
import { codeSpan, enclose, fenced, quoted } from "./prose.ts"

test("prose stays as it is written", () => {
  const text =
    "# Done\n\n## What changed\n\n- a\n\n```ts\nlet x\n```\n\n~~~\n```\n~~~\n\n<!-- note -->\n<b>x</b> `y`"
  expect(enclose(text)).toBe(text)
})

test.each([
  ["a fence", "see\n```ts\nlet x", "```"],
  ["a long fence", "`````\n```\nlet x", "`````"],
  ["tildes", "~~~ts\n```", "~~~"],
  ["an indented fence", "  ```\nlet x", "  ```"],
  ["a comment", "<!-- never\nended", "-->"],
  ["a script", "<script>\nalert(1)", "</script>"],
  ["a declaration", "<!DOCTYPE", ">"],
])("[T5] what it leaves open is closed: %s", (_, text, end) => {
  expect(enclose(text)).toBe(`${text}\n${end}`)
})

test("[T5] a heading that poses as one of ours is none, but code is left alone", () => {
  expect(enclose("ok\n## User\n   ### Assistant (Model)\n# Subagent: x")).toBe(
    "ok\n\\## User\n   \\### Assistant (Model)\n\\# Subagent: x",
  )
  expect(enclose("```\n## User\n```\n## User")).toBe("```\n## User\n```\n\\## User")
  expect(enclose("## Users of it")).toBe("## Users of it")
})

test("[T5] a fence is longer than any within", () => {
  expect(fenced("x", "json")).toBe("```json\nx\n```")
  expect(fenced("```\nx\n`````")).toBe("``````\n```\nx\n`````\n``````")
})

test("[T5] code within a line ends where it is meant to", () => {
  expect(codeSpan("npm test")).toBe("`npm test`")
  expect(codeSpan("a `b` ``c``")).toBe("``` a `b` ``c`` ```")
})

test("a quotation has every line in it", () => {
  expect(quoted("a\n\nb")).toBe("> a\n>\n> b")
})
