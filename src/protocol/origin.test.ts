import { expect, test } from "vitest"
import { originOf } from "./origin.ts"

const session = (url: unknown) => ({ id: "ses_1", metadata: { "better-share": { url } } })

test("where a session comes from is a link, without what opens it", () => {
  const link = "https://share.example.com/share/aSampleSession"
  expect(originOf(session(link))?.href).toBe(link)
  expect(originOf(session(`${link}?x=1#k=secret`))?.href).toBe(link)
})

test("however odd a path is, it stays one of the same server", () => {
  for (const path of ["//", "//evil.example/x", "/%2e%2e/", "/\\evil.example"])
    expect(originOf(session(`https://share.example.com${path}`))?.host).toBe("share.example.com")
})

test("what is no link to a page leads nowhere", () => {
  const hostile = [
    "javascript:alert(1)",
    "data:text/html,x",
    "//x",
    "",
    7,
    null,
    undefined,
    "https://a:b@c/share/d",
  ]
  for (const url of hostile) expect(originOf(session(url)), String(url)).toBeUndefined()
  for (const metadata of [null, 7, "x", [], { "better-share": null }, { "better-share": "x" }])
    expect(originOf({ id: "ses_1", metadata })).toBeUndefined()
  expect(originOf(undefined)).toBeUndefined()
})
