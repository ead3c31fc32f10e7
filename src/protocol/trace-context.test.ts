import { expect, test } from "vitest"
import { readTraceContext } from "./trace-context.ts"

const trace = "4bf92f3577b34da6a3ce929d0e0e4736"
const span = "00f067aa0ba902b7"

test("[OB5] reads what the W3C's format says", () => {
  expect(readTraceContext(`00-${trace}-${span}-01`)).toEqual({ trace, span })
  expect(readTraceContext(`00-${trace}-${span}-00`)).toEqual({ trace, span })
})

test("[OB5] reads a version that is still to come as far as it is known", () => {
  expect(readTraceContext(`cc-${trace}-${span}-01-what-the-future-brings`)).toEqual({ trace, span })
})

test.each([
  undefined,
  "",
  trace,
  `00-${trace}-${span}`,
  `00-${trace}-${span}-01-more`,
  `ff-${trace}-${span}-01`,
  `00-${"0".repeat(32)}-${span}-01`,
  `00-${trace}-${"0".repeat(16)}-01`,
  `00-${trace.toUpperCase()}-${span}-01`,
  `00-${trace}-${span}-0g`,
  `00-${trace}-${span}-01\n`,
  `cc-${trace}-${span}-01-${"x".repeat(300)}`,
])("[OB5] takes %j for none", (header) => {
  expect(readTraceContext(header)).toBeUndefined()
})
