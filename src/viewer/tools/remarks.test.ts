import { expect, test } from "vitest"
import { fold } from "../../protocol/fold.ts"
import { createFrame } from "../frame.ts"
import { remarkBox, splitRemarks } from "./remarks.ts"

test.each([
  [
    "a time limit",
    "half\n\n<shell_metadata>\nshell tool terminated command after exceeding timeout 120000 ms. If this command is expected to take longer and is not waiting for interactive input, retry with a larger timeout value in milliseconds.\n</shell_metadata>",
    { text: "half", remarks: ["Ended after its time limit of 2 min."] },
  ],
  [
    "an abort, in the tags of older versions",
    "half\n\n<bash_metadata>\nUser aborted the command\n</bash_metadata>",
    { text: "half", remarks: ["User aborted the command"] },
  ],
  [
    "a beginning that was cut off",
    "...output truncated...\n\nFull output saved to: /x/tool_1\n\nthe end",
    { text: "the end", remarks: ["The beginning of this output was cut off for the model."] },
  ],
  [
    "an end that was cut off",
    "one\n\n...1200 lines truncated...\n\nThe tool call succeeded but the output was truncated. Full output saved to: /x/tool_1\nUse Grep to search the full content or Read with offset/limit to view specific sections.",
    { text: "one", remarks: ["1200 lines truncated for the model."] },
  ],
  ["the end of a file", "1: a\n\n(End of file - total 1 lines)", { text: "1: a", remarks: [] }],
  [
    "more of a file",
    "1: a\n\n(Showing lines 1-1 of 9. Use offset=2 to continue.)",
    { text: "1: a", remarks: ["Showing lines 1-1 of 9."] },
  ],
  [
    "more of a file, as older versions put it",
    "1: a\n\n(File has more lines. Use 'offset' parameter to read beyond line 1)",
    { text: "1: a", remarks: ["File has more lines."] },
  ],
  [
    "more results",
    "a\n\n(Results are truncated: showing first 100 results. Consider using a more specific path or pattern.)",
    { text: "a", remarks: ["Results are truncated: showing first 100 results."] },
  ],
  ["nothing at all", "(no output)", { text: "", remarks: [] }],
  ["that it was cleared", "[Old tool result content cleared]", { text: "", remarks: [] }],
])("What OpenCode adds for the model is told apart: %s", (_, output, expected) => {
  expect(splitRemarks(output)).toEqual(expected)
})

test.each([
  "",
  "plain\n",
  "(as it happens)",
  "a </shell_metadata>",
  "<shell_metadata>\nx\n</shell_metadata>\nmore",
])("An output that only looks like it stays whole: %j", (output) => {
  expect(splitRemarks(output)).toEqual({ text: output, remarks: [] })
})

test.each([
  ["lines", "no\n".repeat(150_000)],
  ["characters", "no ".repeat(100_000)],
])("Too many %s for a remark stay in the output", (_, said) => {
  const output = `half\n\n<shell_metadata>\n${said}\n</shell_metadata>`
  expect(splitRemarks(output)).toEqual({ text: output, remarks: [] })
})

test("A remark is without control sequences", () => {
  const output = "half\n\n<bash_metadata>\n\u001b[31mred\u001b[0m\n</bash_metadata>"
  expect(splitRemarks(output).remarks).toEqual(["red"])
})

test("What the user said folds where it is long", () => {
  const frame = createFrame(fold([], "ses_1"), { shareID: "share000", assets: { script: "", style: "" } })
  expect(remarkBox("The user: no\u0007", frame).text).toBe('<p class="remark">The user: no</p>')
  const long = remarkBox("The user: no\n".repeat(200_000), frame).text
  expect(long).toContain("Show all 200,000 lines")
  expect(long.length).toBeLessThan(4_000)
})
