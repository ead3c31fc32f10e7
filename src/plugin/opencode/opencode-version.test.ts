import { expect, test } from "vitest"
import { judgeVersion } from "./opencode-version.ts"

test.each([
  ["1.18.33", "works"],
  ["1.18.3", "works"],
  ["1.18.99", "works"],
  ["1.18.2", "too_old"],
  ["1.9.40", "too_old"],
  ["0.99.99", "too_old"],
  ["1.19.0", "untried"],
  ["2.0.0-beta.1", "untried"],
  ["local", "too_old"],
] as const)("OpenCode %s: %s", (version, verdict) => {
  expect(judgeVersion(version)).toBe(verdict)
})
