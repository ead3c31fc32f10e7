import { expect, test } from "vitest"
import { escapeText, html, trusted } from "./html.ts"

test("Values are escaped for text and for attributes", () => {
  expect(html`<p title="${`"'><&`}">${"<b>"}</p>`.text).toBe(
    '<p title="&quot;&#39;&gt;&lt;&amp;">&lt;b&gt;</p>',
  )
})

test("Markup made here goes in as it is, at any depth of lists", () => {
  expect(html`<ul>${[html`<li>${"a&b"}</li>`, [trusted("<li>c</li>")]]}</ul>`.text).toBe(
    "<ul><li>a&amp;b</li><li>c</li></ul>",
  )
})

test("Data that looks like markup of ours is not", () => {
  const forged = JSON.parse('{"text":"<script>"}') as string
  expect(html`${forged}`.text).not.toContain("<script>")
})

test("Absent values render nothing, zero renders", () => {
  expect(html`${undefined}${null}${false}${0}`.text).toBe("0")
})

test("Bidirectional overrides and isolates are shown, marks of right-to-left text stay", () => {
  expect(escapeText("a\u202eb\u2066c\u200f")).toBe("a⟨U+202E⟩b⟨U+2066⟩c\u200f")
})
