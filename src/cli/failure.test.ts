import { expect, test } from "vitest"
import { CliError, HALF_DONE } from "./exit.ts"
import { describeFailure } from "./failure.ts"

test("interrupted, nothing else is said, unless something was left behind", () => {
  expect(describeFailure(new Error("aborted"), true)).toMatchObject({ exit: 130, message: "Interrupted." })
  const left = new CliError("OpenCode keeps a part of it.", { code: HALF_DONE })
  expect(describeFailure(left, true)).toMatchObject({ exit: 130, message: "OpenCode keeps a part of it." })
  expect(describeFailure(left, false)).toMatchObject({ exit: 1, code: HALF_DONE })
})
