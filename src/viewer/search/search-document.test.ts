import { describe, expect, test } from "vitest"
import { kitchenSink, ROOT } from "../../../test/fixtures/viewer/kitchen-sink.ts"
import { itemsOf } from "../../../test/items.ts"
import type { Document } from "../../protocol/document.ts"
import { fold } from "../../protocol/fold.ts"
import type { Item } from "../../protocol/item.ts"
import { type Block, CHANGES, findBlock } from "../block.ts"
import { pageBlocks } from "../page-blocks.ts"
import { readQuery } from "./query.ts"
import { WINDOW } from "./scan.ts"
import { type Hit, searchDocument } from "./search-document.ts"

const sink = fold(kitchenSink(), ROOT)
const { session, user, assistant, text } = itemsOf("ses_s")

function stepsOf(document: Document, typed: string, limit?: number) {
  const query = readQuery(typed)
  if (query === undefined) throw new Error(`${typed} is no query`)
  return [...searchDocument(document, query, limit === undefined ? {} : { limit })]
}

function hitsOf(document: Document, typed: string): Hit[] {
  return stepsOf(document, typed).filter((step) => typeof step !== "string")
}

function* idsOf(blocks: readonly Block[]): Iterable<string> {
  for (const { id, children } of blocks) {
    yield id
    yield* idsOf(children)
  }
}

const said = (words: string) => fold([session(), user("msg_1"), text("msg_1", "prt_1", words)], "ses_s")

function tool(state: Record<string, unknown>): Document {
  const part: Item = {
    type: "part",
    data: { id: "prt_1", messageID: "msg_1", sessionID: "ses_s", type: "tool", tool: "bash", state },
  }
  return fold([session(), assistant("msg_1"), part], "ses_s")
}

describe("every kind of text of the kitchen sink is found, where it stands", () => {
  test.each<[typed: string, place: Hit["place"], words: string]>([
    ["politely when the harbour", "title", "harbour"],
    ["keep the tests green", "prompt", "green"],
    ["hammered the port", "answer", "port"],
    ["grows without a cap", "thought", "cap"],
    ['"Called the Read tool"', "note", "Called the Read tool"],
    ["npx vitest run", "command", "run"],
    ["exponential full", "input", "full"],
    ["HAR-213", "output", "HAR-213"],
    ['"throwIfAborted()"', "change", "throwIfAborted()"],
    ["error-rate", "file", "error-rate"],
    ["berths.csv", "file", "berths.csv"],
    ["berths.png", "file", "berths.png"],
    ["cannot find name", "error", "name"],
    ["rejected permission feedback", "error", "feedback"],
    ["unbounded loops", "subtask", "loops"],
    ["loops without a cap", "subtask", "cap"],
    ["fetch failed", "error", "failed"],
    ["overloaded_error", "error", "overloaded_error"],
    ["prompt is too long", "error", "long"],
    ["later version", "other", "version"],
    ["hopeful", "other", "hopeful"],
    ["77aa01b2c3d4e5f6", "other", "77aa01b2c3d4e5f6"],
    ["docs advise", "input", "advise"],
    ["linear_create_issue", "input", "linear_create_issue"],
    ["warming up", "output", "up"],
    ["transforming (412)", "output", "(412)"],
  ])("%s", (typed, place, words) => {
    const hits = hitsOf(sink, typed)
    expect(hits.map((hit) => hit.place)).toContain(place)
    expect(hits.find((hit) => hit.place === place)?.match.toLowerCase()).toBe(words.toLowerCase())
  })
})

describe("where a hit leads", () => {
  test("to an element that the page has, in the page's order", () => {
    const blocks = pageBlocks(sink)
    const hits = hitsOf(sink, "the")
    expect(hits.length).toBeGreaterThan(30)
    for (const { anchor } of hits) expect(findBlock(blocks, anchor), anchor).toBeDefined()
    const order = [...idsOf(blocks)]
    const places = hits.filter(({ partID }) => partID).map(({ anchor }) => order.indexOf(anchor))
    expect(places).toEqual(places.toSorted((a, b) => a - b))
  })

  test("to the second of two parts with one id, under the id that the page gives it", () => {
    const items = [session(), user("msg_1", 1), text("msg_1", "prt_1", "one word")]
    const document = fold([...items, user("msg_2", 2), text("msg_2", "prt_1", "one more")], "ses_s")
    const anchors = hitsOf(document, "one").map(({ anchor }) => anchor)
    expect(anchors).toEqual(["prt_1", "p-msg_2:prt_1"])
    for (const anchor of anchors) expect(findBlock(pageBlocks(document), anchor), anchor).toBeDefined()
  })

  test("into subagents, with their names", () => {
    const hits = hitsOf(sink, "Math.random may")
    expect(hits.map(({ subagent, who }) => [subagent, who])).toContainEqual([
      "Review the back-off (@review subagent)",
      "review",
    ])
  })

  test("to a file among the changes of the session", () => {
    const hits = hitsOf(sink, "DrainOptions").filter(({ anchor }) => anchor === CHANGES)
    expect(hits.map(({ changed, place }) => [changed, place])).toEqual([
      ["src/queue.ts", "change"],
      ["src/drain-options.ts", "change"],
    ])
  })

  test("not into what an undo hides", () => {
    const items = [user("msg_1", 1), text("msg_1", "prt_1", "kept word"), user("msg_2", 2)]
    const undone = [
      ...items,
      text("msg_2", "prt_2", "undone word"),
      session({ revert: { messageID: "msg_2" } }),
    ]
    expect(hitsOf(fold(undone, "ses_s"), "word").map(({ partID }) => partID)).toEqual(["prt_1"])
  })
})

describe("what is the same", () => {
  test.each<[typed: string, words: string, found: boolean]>([
    ["sigma", "SIGMA", true],
    ["Sigma", "sigma", false],
    ["Sigma", "a Sigma", true],
    ["οδος", "ΟΔΟΣΗΜΑ", true],
    ["straße", "STRASSE", false],
    ["istanbul x", "İİİİ İstanbul x", true],
    ["two words", "words, but two", true],
    ["two words", "two of them", false],
    ['"two words"', "words, but two", false],
    ['"two words"', "two\n\twords", true],
    ['"two wor', "two words", true],
    ['"type":"error"', '{"type":"error"}', true],
    ["港", "横浜港", true],
    [".*", "anything", false],
    ["red green", "\x1b[31mred\x1b[0m \x1b[32mgre\x1b[1men", true],
  ])("%s in %j: %s", (typed, words, found) => {
    expect(hitsOf(said(words), typed)).toHaveLength(found ? 1 : 0)
  })

  test("what grows in lower case moves nothing", () => {
    const [hit] = hitsOf(said("İİİİİİ needle"), "needle")
    expect(hit).toMatchObject({ before: "İİİİİİ ", match: "needle", after: "" })
  })

  test("words of one part may stand in different fields; shown is the one that has most of them", () => {
    const document = tool({ status: "completed", input: { command: "make alpha" }, output: "beta gamma" })
    expect(hitsOf(document, "alpha beta gamma")).toMatchObject([
      { place: "output", match: "gamma", tool: "bash" },
    ])
    expect(hitsOf(document, "alpha delta")).toEqual([])
  })

  test("attachments of a tool, and why a provider was asked again", () => {
    const attachments = [
      { type: "file", filename: "tide-table.pdf", url: "data:application/pdf;base64,aaaa" },
    ]
    const read = tool({ status: "completed", input: {}, output: "", attachments })
    expect(hitsOf(read, "tide-table")).toMatchObject([{ place: "file", match: "tide-table" }])
    const data = { id: "prt_1", messageID: "msg_1", sessionID: "ses_s", type: "retry" }
    const error = { name: "APIError", data: { message: "Overloaded" }, stack: "at somewhere" }
    const retried = fold([session(), assistant("msg_1"), { type: "part", data: { ...data, error } }], "ses_s")
    expect(hitsOf(retried, "overloaded")).toMatchObject([{ place: "error" }])
    expect(hitsOf(retried, "somewhere")).toEqual([])
  })

  test("data URLs are not text", () => {
    const document = tool({
      status: "completed",
      input: { image: "data:image/png;base64,aabbcc" },
      output: "",
    })
    expect(hitsOf(document, "aabbcc")).toEqual([])
  })
})

describe("excerpts", () => {
  test("have 80 characters on each side, in one line", () => {
    const [hit] = hitsOf(said(`${"a\n".repeat(100)}needle${"\tb".repeat(100)}`), "needle")
    expect(hit).toMatchObject({
      before: `…${"a ".repeat(39)}`,
      match: "needle",
      after: `${" b".repeat(39)}…`,
    })
  })

  test("hold no half of a character and no control character", () => {
    for (const pad of ["", "x"]) {
      const around = `${"😀".repeat(60)}${pad}`
      const [hit] = hitsOf(said(`${around}nee\x07dle${pad}${around}\x00\x9b`), "needle")
      const shown = `${hit?.before}${hit?.match}${hit?.after}`
      expect(shown).toContain("😀needle".replace("😀", pad === "" ? "😀" : "x"))
      expect(shown).not.toMatch(/\p{Cs}|[\x00-\x1f\x7f-\x9f]/u)
    }
  })
})

describe("bounds", () => {
  test("the rarest word is what an excerpt is about", () => {
    const lines = Array.from({ length: 500 }, (_, at) => `berth ${at} reported`).join("\n")
    expect(hitsOf(said(lines), "berth 400")).toMatchObject([
      { before: expect.stringMatching(/berth $/), match: "400" },
    ])
  })

  test("beyond the limit only the number of parts is told", () => {
    const items = Array.from({ length: 50 }, (_, at) => text("msg_1", `prt_${100 + at}`, `word ${at}`))
    const steps = stepsOf(fold([session(), user("msg_1"), ...items], "ses_s"), "word", 20)
    expect(steps.filter((step) => typeof step !== "string")).toHaveLength(20)
    expect(steps.filter((step) => step === "more")).toHaveLength(30)
  })

  test("a long text is searched window by window, each of them once, with pauses between", () => {
    const many = 40
    const document = tool({ status: "completed", input: {}, output: "y".repeat(many * WINDOW) })
    const pauses = stepsOf(document, "needle").filter((step) => step === "pause").length
    expect(pauses).toBeGreaterThanOrEqual(many - 1)
    expect(pauses).toBeLessThanOrEqual(many + 2)
  })

  test("many small texts pause as well", () => {
    const input = { rows: Array.from({ length: 20_000 }, (_, at) => `row ${at}`) }
    const items = Array.from({ length: 5 }, (_, at) => at)
    const document = fold(
      [
        session(),
        assistant("msg_1"),
        ...items.map((at): Item => {
          const state = { status: "completed", input, output: "" }
          const data = {
            id: `prt_${at}`,
            messageID: "msg_1",
            sessionID: "ses_s",
            type: "tool",
            tool: "x",
            state,
          }
          return { type: "part", data }
        }),
      ],
      "ses_s",
    )
    expect(stepsOf(document, "needle").filter((step) => step === "pause").length).toBeGreaterThan(20)
  })

  test.each([WINDOW - 3, WINDOW, 2 * WINDOW - 1])("what lies across the edge at %i is found", (at) => {
    const [hit] = hitsOf(
      said(`${"y".repeat(at)}needle and thread${"z".repeat(WINDOW)}`),
      '"needle and thread"',
    )
    expect(hit?.match).toBe("needle and thread")
  })

  test("nothing in a document is too odd", () => {
    let deep: unknown = "needle"
    for (let at = 0; at < 20_000; at++) deep = [deep]
    const document = tool({ status: 7, input: { deep, none: null, number: 1 }, output: { a: "needle" } })
    expect(hitsOf(document, "needle")).toHaveLength(1)
    const odd = fold(
      [session({ title: 3 }), { type: "part", data: { id: "p", messageID: "m", sessionID: "ses_s" } }],
      "ses_s",
    )
    expect(hitsOf(odd, "needle")).toEqual([])
  })
})
