import { describe, expect, test } from "vitest"
import { extendRun } from "./passing.ts"

describe("[V5] a stretch of passing text", () => {
  const run = { from: 10, text: "abcdef" }
  test.each([
    ["goes on where it ends", { from: 16, text: "gh" }, { from: 10, text: "abcdefgh" }],
    ["takes the rest of what it has in part", { from: 14, text: "efgh" }, { from: 10, text: "abcdefgh" }],
    ["ignores what it has", { from: 12, text: "XX" }, run],
    ["ignores what would leave a gap", { from: 17, text: "h" }, run],
    ["takes what stands before it", { from: 8, text: "yz" }, { from: 8, text: "yzabcdef" }],
    [
      "keeps what it has when the sender begins anew",
      { from: 0, text: "0123456789abc" },
      { from: 0, text: "0123456789abcdef" },
    ],
    ["begins anew with what stands earlier and apart", { from: 0, text: "0" }, { from: 0, text: "0" }],
    [
      "is no longer than an earlier one that goes further",
      { from: 8, text: "yzabcdefgh" },
      { from: 8, text: "yzabcdefgh" },
    ],
  ])("%s", (_, delta, expected) => {
    expect(extendRun(run, delta)).toEqual(expected)
  })

  test("counts UTF-16 code units, also within a pair", () => {
    const whole = "👍🏽!"
    let run = { from: 0, text: "" }
    for (let at = 0; at < whole.length; at++) run = extendRun(run, { from: at, text: whole[at] ?? "" })
    expect(run.text).toBe(whole)
  })
})
