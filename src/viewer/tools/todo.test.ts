import { expect, test } from "vitest"
import { fold } from "../../protocol/fold.ts"
import { createFrame } from "../frame.ts"
import { readCall } from "./call.ts"
import { todoTool } from "./todo.ts"

const frame = {
  ...createFrame(fold([], "ses_1"), { shareID: "share000", assets: { script: "", style: "" } }),
  partHref: "/part",
}
const todos = (count: number, chars: number, more = {}) =>
  readCall({
    tool: "todowrite",
    state: {
      status: "completed",
      metadata: { todos: Array.from({ length: count }, () => ({ content: "x".repeat(chars), ...more })) },
    },
  })
const draw = (call: ReturnType<typeof todos>, whole: boolean) =>
  todoTool(call, { ...frame, whole }).body?.text ?? ""
const rows = (text: string) => text.match(/<li/g)?.length

test("A long list of to-dos ends in a number, and leads to more of it", () => {
  const text = draw(todos(250, 5), false)
  expect(rows(text)).toBe(200)
  expect(text).toContain('<a class="more" href="/part">and 50 more to-dos</a>')
  expect(rows(draw(todos(250, 5), true))).toBe(250)
  expect(draw(todos(2, 5), false)).not.toContain("more")
})

test("A long to-do is cut, and leads to more of it", () => {
  const text = draw(todos(1, 5_000), false)
  expect(text).toContain(`${"x".repeat(1_000)} …`)
  expect(text).toContain("and more text")
  expect(draw(todos(1, 5_000), true)).toContain("x".repeat(5_000))
})

test.each([
  [50_000, 20],
  [100, 40_000],
  [2, 2_000_000],
])("%d to-dos of %d characters end, also where all of them should be there", (count, chars) => {
  const call = todos(count, chars, { status: "s".repeat(10_000) })
  expect(draw(call, false).length).toBeLessThan(100_000)
  expect(draw(call, true).length).toBeLessThan(1_000_000)
  expect(draw(call, true)).toMatch(/class="remark">and /)
})
