import { describe, expect, test } from "vitest"
import { childrenNamed, childText, escapeXml, parseXml } from "./xml.ts"

test("reads elements, text and entities, and skips what says nothing", () => {
  const list = parseXml(
    `\n <?xml version="1.0" encoding="UTF-8"?><!-- a --><List xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
      <Contents><Key>a&amp;b&#x26;c&#38;d</Key><Size>3</Size></Contents>
      <Contents><Key><![CDATA[<raw>&amp;]]></Key></Contents><Empty/></List>`,
  )
  expect(list.name).toBe("List")
  expect(childrenNamed(list, "Contents").map((entry) => childText(entry, "Key"))).toEqual([
    "a&b&c&d",
    "<raw>&amp;",
  ])
  expect(childText(list, "Empty")).toBe("")
  expect(childText(list, "None")).toBeUndefined()
})

test("what is escaped comes back", () => {
  const text = `<a href="x">'&amp;'</a>`
  expect(parseXml(`<T>${escapeXml(text)}</T>`).text).toBe(text)
})

describe("refuses", () => {
  test.each([
    ["nothing", ""],
    ["a cut-off answer", "<List><Key>a</Ke"],
    ["an element that is not closed", "<List><Key>a</Key>"],
    ["elements that cross", "<a><b></a></b>"],
    ["two roots", "<a/><b/>"],
    ["text around the root", "<a/>more"],
    ["a page", "<!DOCTYPE html><html></html>"],
    ["entities of its own", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
    ["unknown entities", "<a>&nbsp;</a>"],
    ["entities named like an object's own", "<a>&constructor;</a>"],
    ["an ampersand that is none", "<a>x & y</a>"],
    ["a character beyond Unicode", "<a>&#x110000;</a>"],
    ["JSON", "{}"],
  ])("%s", (_, source) => {
    expect(() => parseXml(source)).toThrow(SyntaxError)
  })
})
