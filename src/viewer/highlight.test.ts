import { expect, test } from "vitest"
import { highlight } from "./highlight.ts"

test("Names that look like something are short, the others are gone", () => {
  expect(highlight('{"a":1}', "json").text).toBe(
    '{<span class="hy">&quot;a&quot;</span>:<span class="hn">1</span>}',
  )
})

test("What is nested stays nested", () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the code that is highlighted
  expect(highlight("`a${1}b`", "ts").text).toBe('<span class="hs">`a${<span class="hn">1</span>}b`</span>')
})

test("Code that looks like our markup is escaped before", () => {
  expect(highlight('x = "<span class=\\"hljs-keyword\\">"', "js").text).not.toContain("hk")
})
