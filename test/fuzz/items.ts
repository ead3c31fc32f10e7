import fc from "fast-check"
import { evilJson, evilText } from "./evil.ts"

const id = fc.constantFrom("msg_1", "msg_2", "msg_3", "prt_1", "prt_2")

/** Items of which most are such as OpenCode would send. `{session}` stands for the share's own. */
export const item: fc.Arbitrary<unknown> = fc.oneof(
  {
    arbitrary: fc.record({ title: fc.string(), directory: evilText }).map((data) => ({
      type: "session",
      data: { id: "{session}", time: { created: 1, updated: 2 }, ...data },
    })),
    weight: 2,
  },
  {
    arbitrary: fc
      .record({ id, role: fc.constantFrom("user", "assistant", "robot") })
      .map((data) => ({ type: "message", data: { sessionID: "{session}", time: { created: 1 }, ...data } })),
    weight: 3,
  },
  {
    arbitrary: fc
      .record({
        id,
        messageID: id,
        text: evilText,
        type: fc.constantFrom("text", "reasoning", "file", "tool", "patch", "step-start", "subtask"),
      })
      .map((data) => ({ type: "part", data: { sessionID: "{session}", ...data } })),
    weight: 4,
  },
  {
    arbitrary: fc
      .record({
        id,
        messageID: id,
        state: evilJson,
        tool: fc.oneof(
          fc.constantFrom("bash", "edit", "read", "todowrite", "task", "webfetch", "apply_patch"),
          evilText,
        ),
      })
      .map((data) => ({ type: "part", data: { sessionID: "{session}", type: "tool", ...data } })),
    weight: 3,
  },
  fc.record({
    type: fc.constantFrom(
      "session_diff",
      "model",
      "message_removed",
      "part_removed",
      "message_hidden",
      "note",
    ),
    data: evilJson,
  }),
  fc.record({
    type: fc.constantFrom("session", "message", "part"),
    data: fc.record(
      {
        id: fc.oneof(id, evilText),
        sessionID: fc.constantFrom("{session}", "ses_other"),
        messageID: fc.oneof(id, evilJson),
        info: evilJson,
        revert: evilJson,
        time: evilJson,
        summary: evilJson,
        parts: evilJson,
        metadata: evilJson,
        url: evilText,
        mime: evilText,
      },
      { requiredKeys: ["id"] },
    ),
  }),
  fc.record({ type: evilText, data: evilJson }),
)
