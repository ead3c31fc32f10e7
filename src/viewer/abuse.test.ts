import { expect, test } from "vitest"
import { abuseHref, abuseLink } from "./abuse.ts"

test.each([
  ["https://example.com/report", "https://example.com/report?share=an-id"],
  ["https://example.com/report?", "https://example.com/report?share=an-id"],
  ["https://example.com/?to=a%20b&flag#form", "https://example.com/?to=a%20b&flag&share=an-id#form"],
  ["mailto:abuse@example.com", "mailto:abuse@example.com?subject=Share%20an-id"],
  [
    "mailto:abuse@example.com?Subject=old&cc=b%40example.com",
    "mailto:abuse@example.com?cc=b%40example.com&subject=Share%20an-id",
  ],
])("A report to %s names the share", (abuseUrl, expected) => {
  expect(abuseHref(abuseUrl, "an-id")).toBe(expected)
})

test("A report without a share leads to the address as it is, and without one nowhere", () => {
  expect(abuseLink({ abuseUrl: "https://example.com/report?a=1&b" })?.text).toContain(
    'href="https://example.com/report?a=1&amp;b"',
  )
  expect(abuseLink({}, "an-id")).toBeUndefined()
})
