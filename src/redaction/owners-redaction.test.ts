import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { itemsOf } from "../../test/items.ts"
import type { Item } from "../protocol/item.ts"
import { MARK, type RedactionRule, redactionWish } from "../protocol/redaction-rule.ts"
import { createOwnersRedaction } from "./owners-redaction.ts"

const SECRET = `tea "at" 5/ü\nsharp`
const { text, assistant, session } = itemsOf("ses_1")

function rule(words: string, changes: Partial<Extract<RedactionRule, { kind: "text" }>> = {}): RedactionRule {
  return { id: `rule-${words.slice(0, 4)}`, kind: "text", text: words, ...changes }
}

function redacted(item: Item, ...rules: RedactionRule[]): Item {
  return createOwnersRedaction(rules).redactItem(item).item
}

function tool(state: object): Item {
  const data = {
    id: "prt_1",
    messageID: "msg_1",
    sessionID: "ses_1",
    type: "tool",
    tool: "bash",
    callID: "c",
    state,
  }
  return { type: "part", data }
}

describe("a text", () => {
  test("goes from every string and from names of a tool's, and is counted", () => {
    const item = tool({
      status: "completed",
      input: { [SECRET]: 1, list: [`x${SECRET}y`, { deep: SECRET }] },
      output: `${SECRET}${SECRET}`,
      title: "none",
      metadata: {},
    })
    const { item: clean, replaced } = createOwnersRedaction([rule(SECRET)]).redactItem(item)
    expect(clean).toEqual(
      tool({
        status: "completed",
        input: { [MARK]: 1, list: [`x${MARK}y`, { deep: MARK }] },
        output: MARK + MARK,
        title: "none",
        metadata: {},
      }),
    )
    expect([...replaced]).toEqual([["rule-tea ", 5]])
  })

  test("goes as JSON in a string, in JSON in that, as others escape it, in an address and in a data URL", () => {
    const once = JSON.stringify({ a: SECRET })
    const python = once.replaceAll("ü", "\\u00fc")
    const php = once.replaceAll("/", "\\/")
    for (const words of [
      once,
      JSON.stringify({ once }),
      python,
      php,
      `http://a/?q=${encodeURIComponent(SECRET)}`,
    ]) {
      const { data } = redacted(text("msg_1", "prt_1", words), rule(SECRET)) as { data: { text: string } }
      expect(data.text, words).toContain(MARK)
      expect(data.text).not.toContain("sharp")
    }
    const url = `data:text/plain;base64,${Buffer.from(`before ${SECRET} behind`).toString("base64")}`
    const file = { ...(text("m", "p", "").data as object), type: "file", mime: "text/plain", url }
    const clean = redacted({ type: "part", data: file }, rule(SECRET)).data as { url: string }
    expect(Buffer.from(clean.url.split(",")[1] ?? "", "base64").toString()).toBe(`before ${MARK} behind`)
  })

  test("with flexible white space goes as it was selected", () => {
    const flexible = rule("  two words\n here ", { flexible: true })
    for (const words of [
      "two words here",
      "two\n\twords  here",
      JSON.stringify("two\nwords\r\nhere").slice(1, -1),
    ]) {
      expect(redacted(text("m", "p", `<${words}>`), flexible)).toEqual(text("m", "p", `<${MARK}>`))
    }
    expect(redacted(text("m", "p", "twowords here"), flexible)).toEqual(text("m", "p", "twowords here"))
  })

  test("leaves ids, types and names of fields as they are, and an item without it the very same", () => {
    const item = tool({ status: "running", input: { tool: "x" }, time: { start: 1 } })
    const { item: same, replaced } = createOwnersRedaction([
      rule("prt_1"),
      rule("running"),
      rule("status"),
      rule("bash"),
      rule("part"),
    ]).redactItem(item)
    expect(same).toBe(item)
    expect(replaced.size).toBe(0)
  })

  test("goes from an item of a type that nobody knows, names included", () => {
    const item = { type: "plan", extra: SECRET, data: { id: "x", text: SECRET, [SECRET]: 1 } } as Item
    expect(redacted(item, rule(SECRET))).toEqual({
      type: "plan",
      extra: MARK,
      data: { id: "x", text: MARK, [MARK]: 1 },
    })
  })

  test("names that become the same stay two; __proto__ is a name like any other", () => {
    const input = JSON.parse(`{"a hunter2":1,"b":2,"a [redacted]":3,"__proto__":{"polluted":"hunter2"}}`)
    const clean = redacted(tool({ input }), rule("hunter2")).data as { state: { input: object } }
    expect(JSON.stringify(clean.state.input)).toBe(
      `{"a [redacted]":1,"b":2,"a [redacted] (2)":3,"__proto__":{"polluted":"[redacted]"}}`,
    )
    expect("polluted" in {}).toBe(false)
  })

  test("does not come back by a replacement, its own or another's", () => {
    const said = (words: string, ...rules: RedactionRule[]) =>
      (redacted(text("m", "p", words), ...rules).data as { text: string }).text
    expect(said("aaaabaaab", rule("aaaab", { replacement: "a" }))).toBe("a")
    // Two that make each other again and again: the string is given up.
    const again = [rule("ping", { replacement: "pong" }), rule("pong", { replacement: "ping" })]
    expect(said("a ping", ...again)).toBe(MARK)
    expect(said("a ping", ...again, rule("acted", { replacement: "ping" }))).toBe("")
  })
})

describe("a part", () => {
  const whole = { id: "rule-part", kind: "part", messageID: "msg_1", partID: "prt_1" } as const

  test("loses what it says and keeps its shape", () => {
    const item = tool({
      status: "completed",
      input: { command: "cat x", pin: 1234 },
      output: "words",
      title: "words",
      metadata: { sessionId: "ses_2", diff: "words" },
      time: { start: 1, end: 2 },
      attachments: [{ id: "prt_2", url: "data:,words" }],
      words: 1,
    })
    const { item: clean, replaced } = createOwnersRedaction([whole]).redactItem(item)
    expect(clean).toEqual(
      tool({
        status: "completed",
        input: {},
        output: MARK,
        title: MARK,
        metadata: { sessionId: "ses_2" },
        time: { start: 1, end: 2 },
      }),
    )
    expect([...replaced]).toEqual([["rule-part", 1]])
    expect(createOwnersRedaction([whole]).redactItem(clean).item).toBe(clean)
  })

  test("is that one, in that message", () => {
    for (const other of [
      text("msg_1", "prt_2", "words"),
      text("msg_2", "prt_1", "words"),
      assistant("msg_1"),
    ]) {
      expect(createOwnersRedaction([whole]).redactItem(other).item).toBe(other)
    }
  })
})

test("a message takes its parts along", () => {
  const rules = [{ id: "rule-msg1", kind: "message", messageID: "msg_1" }] as const
  const info = {
    ...(assistant("msg_1").data as object),
    error: { name: "Unknown", data: { message: "words" } },
  }
  expect(redacted({ type: "message", data: info }, ...rules).data).toMatchObject({
    id: "msg_1",
    role: "assistant",
    error: { name: "Unknown", data: { message: MARK } },
  })
  expect(redacted(text("msg_1", "prt_1", "words"), ...rules)).toEqual(text("msg_1", "prt_1", MARK))
  expect(redacted(text("msg_2", "prt_1", "words"), ...rules)).toEqual(text("msg_2", "prt_1", "words"))
  expect(redacted(session({ title: "words" }), ...rules)).toEqual(session({ title: "words" }))
})

test("whatever an item holds: behind it no string and no name has the text, and nothing is found again", () => {
  const words = fc.oneof(
    fc.constantFrom(
      SECRET,
      JSON.stringify(SECRET),
      `${SECRET.slice(0, 5)}${SECRET}${SECRET.slice(5)}`,
      MARK,
      "acted",
    ),
    fc.string({ unit: "grapheme" }),
  )
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: "small" },
      words,
      fc.integer(),
      fc.constant(null),
      fc.array(tie("tree"), { maxLength: 4 }),
      fc.dictionary(
        fc.oneof(words, fc.constantFrom("text", "state", "input", "output", "url")),
        tie("tree"),
        {
          maxKeys: 4,
        },
      ),
    ),
  }))
  const types = fc.constantFrom("part", "message", "session", "plan", "session_diff", "model")
  const redaction = createOwnersRedaction([
    rule(SECRET),
    rule("acted", { replacement: "***" }),
    rule("****", { replacement: "acted on" }),
  ])
  fc.assert(
    fc.property(types, tree, (type, data) => {
      const item = { type, data: { id: "x", messageID: "y", sessionID: "z", data } } as Item
      const { item: clean, replaced } = redaction.redactItem(item)
      for (const said of saying(clean.data)) {
        expect(said).not.toContain(SECRET)
        expect(said).not.toContain(JSON.stringify(SECRET).slice(1, -1))
        expect(said.includes("acted") || said.includes("****")).toBe(false)
      }
      if (replaced.size === 0) expect(clean).toBe(item)
      expect(redaction.redactItem(clean).item).toBe(clean)
    }),
    { numRuns: 500 },
  )
})

function* saying(value: unknown): Generator<string> {
  if (typeof value === "string") yield value
  else if (typeof value === "object" && value !== null) {
    for (const [name, child] of Object.entries(value)) {
      yield name
      yield* saying(child)
    }
  }
}

test("what a rule may be", () => {
  const bad = [
    { kind: "text", text: "abc" },
    { kind: "text", text: "     " },
    { kind: "text", text: "x".repeat(10_001) },
    { kind: "text", text: "acted" },
    { kind: "text", text: "words", replacement: "no words" },
    { kind: "text", text: "words", replacement: `"` },
    { kind: "text", text: "words", id: "a b" },
    { kind: "part", messageID: "msg_1" },
    { kind: "session", messageID: "msg_1" },
  ]
  for (const wish of bad) expect(redactionWish.safeParse(wish).success, JSON.stringify(wish)).toBe(false)
  const good = [
    { kind: "text", text: "acted", replacement: "***" },
    { kind: "text", text: "two words", flexible: true, id: "rule-0001" },
    { kind: "part", messageID: "msg_1", partID: "prt_1" },
    { kind: "message", messageID: "msg_1" },
  ]
  for (const wish of good) expect(redactionWish.parse(wish)).toEqual(wish)
})
