import { expect, test } from "vitest"
import { parseCsv } from "./csv.ts"

test("records are told by the names of the first line", () => {
  const text = '\uFEFFa,b\r\n1,"two, ""quoted""\nlines"\r\n\r\n3,\r\n,4\n"5"'
  expect(parseCsv(text)).toEqual([
    { a: "1", b: 'two, "quoted"\nlines' },
    { a: "3", b: "" },
    { a: "", b: "4" },
    { a: "5", b: "" },
  ])
  expect(parseCsv("")).toEqual([])
  expect(() => parseCsv('a,b\n1,"open')).toThrow("no CSV from its line 2 on")
})
