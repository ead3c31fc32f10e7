import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { kitchenSink, ROOT } from "../../test/fixtures/viewer/kitchen-sink.ts"
import { idsOf, parseTree } from "../../test/fixtures/viewer/tree.ts"
import type { Document } from "../protocol/document.ts"
import { createFold, fold } from "../protocol/fold.ts"
import type { Item } from "../protocol/item.ts"
import { renderExport } from "./export/export.ts"
import { renderHome } from "./home.ts"
import { renderMessagePage } from "./message-page.ts"
import { renderSharePage, type SharePage } from "./page.ts"
import { renderPartPage } from "./part-page.ts"

const assets = {
  script: "/assets/page.js",
  style: "/assets/style.css",
  theme: { script: "/assets/theme.js", themes: "/assets/themes.css" },
}

function sharePage(document: Document): SharePage {
  return {
    share: {
      id: "share000",
      revision: 3,
      createdAt: "2026-10-14T08:12:00.000Z",
      updatedAt: "2026-10-14T08:12:00.000Z",
    },
    document,
    context: { shareID: "share000", assets },
    baseUrl: "https://x.dev",
  }
}

const render = (document: Document) => [...renderSharePage(sharePage(document))].join("")
const sink = () => fold(kitchenSink(), ROOT)
const small = () =>
  fold(
    JSON.parse(
      readFileSync(new URL("../../test/fixtures/viewer/small.json", import.meta.url), "utf8"),
    ) as Item[],
    "ses_e0411c22dffeowc7ZskwPiINoM",
  )

test("A page is well-formed and has no id twice", () => {
  for (const document of [sink(), small(), createFold(ROOT).document()]) {
    const ids = idsOf(parseTree(render(document)))
    expect(ids).toEqual([...new Set(ids)])
    expect(ids).toEqual(expect.arrayContaining(["page", "summary", "log"]))
  }
})

test("A page holds nothing that its Content-Security-Policy forbids", () => {
  const pages = [
    render(sink()),
    renderHome({ baseUrl: "https://x.dev", needsToken: true, version: "1", assets }),
    renderMessagePage({ status: 404, title: "t", message: "m", assets }),
  ]
  for (const page of pages) {
    expect(page).not.toMatch(/<[^>]*\s(style|on\w+)=/i)
    expect(page.match(/<script[^>]*>/g)).toEqual([
      '<script src="/assets/theme.js" data-themes="/assets/themes.css">',
      '<script defer src="/assets/page.js">',
    ])
    expect(page).not.toMatch(/<(style|iframe|object|embed|base|form)\b/i)
    expect(page).not.toMatch(/<(img|link|source)[^>]*(src|href)="(https?:)?\/\//i)
  }
})

test("Text of a share is never markup, wherever it stands", () => {
  const attack = "\"><img src=x onerror=alert(1)><script>alert(1)</script>'"
  const keep = new Set(["id", "sessionID", "messageID", "parentID", "type", "role", "tool", "status"])
  const poison = (value: unknown, key = ""): unknown => {
    if (typeof value === "string") return keep.has(key) ? value : attack
    if (Array.isArray(value)) return value.map((one) => poison(one))
    if (typeof value !== "object" || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, poison(one, name)]))
  }
  const items = kitchenSink().map((item) => ({ ...item, data: poison(item.data) }))
  const page = render(fold(items, ROOT))
  expect(page).toContain("&lt;img src=x")
  expect(page).not.toContain("<img src=x")
  expect(page.match(/<script/g)).toHaveLength(2)
  expect(() => parseTree(page)).not.toThrow()
})

test("Types, tools and ids of a share are never markup either", () => {
  const attack = '"><img src=x>'
  const page = render(
    fold(
      [
        { type: "session", data: { id: ROOT } },
        { type: "message", data: { id: attack, sessionID: ROOT, role: attack } },
        { type: "part", data: { id: attack, messageID: attack, sessionID: ROOT, type: attack } },
        {
          type: "part",
          data: {
            id: "p",
            messageID: attack,
            sessionID: ROOT,
            type: "tool",
            tool: attack,
            state: { status: attack },
          },
        },
        { type: "strange", data: { id: attack, [attack]: attack } },
      ],
      ROOT,
    ),
  )
  expect(page).not.toContain("<img")
  expect(() => parseTree(page)).not.toThrow()
})

test("Nothing that is not text makes a page throw", () => {
  const shapes = [null, 7, [], {}, "x", [[]], true]
  for (const shape of shapes) {
    const items = kitchenSink().map(({ type, data }) => {
      if (Array.isArray(data)) return { type, data: [shape, ...data] }
      const { id, sessionID, messageID, parentID, type: kind, role } = data as Record<string, unknown>
      const rest = Object.keys(data as object).map((key) => [key, shape])
      return {
        type,
        data: { ...Object.fromEntries(rest), id, sessionID, messageID, parentID, type: kind, role },
      }
    })
    expect(() => parseTree(render(fold(items, ROOT)))).not.toThrow()
  }
})

test("A part that cannot be shown leaves the rest of the page standing", () => {
  const broken = { id: "prt_x", messageID: "msg_x", sessionID: ROOT, type: "text" }
  Object.defineProperty(broken, "text", {
    get() {
      throw new Error("no")
    },
  })
  const page = render(
    fold(
      [
        { type: "message", data: { id: "msg_x", sessionID: ROOT, role: "assistant" } },
        { type: "part", data: broken },
        {
          type: "part",
          data: { id: "prt_y", messageID: "msg_x", sessionID: ROOT, type: "text", text: "still here" },
        },
      ],
      ROOT,
    ),
  )
  expect(page).toContain("A part of type <code>text</code> that cannot be shown.")
  expect(page).toContain("still here")
})

test("Messages and parts are addressed by their own ids", () => {
  const page = render(small())
  expect(page).toContain('<article class="message user" id="msg_1fbee3ec9001yc56JgX4O4Bh2y">')
  expect(page).toContain('id="prt_1fbee5727001Re4g0OzeaI3cTd"')
  expect(page).toContain('href="#msg_1fbee3ec9001yc56JgX4O4Bh2y"')
})

test("A share cannot put elements in the place of the page's own", () => {
  const ids = ["summary", "log", "page", "live"]
  const items = ids.map((id) => ({ type: "message", data: { id, sessionID: ROOT, role: "user" } }))
  const made = idsOf(parseTree(render(fold(items, ROOT))))
  for (const id of ids) expect(made.filter((one) => one === id)).toHaveLength(1)
})

test("The summary tells what the session was", () => {
  const page = render(sink())
  const summary = page.slice(page.indexOf('<header id="summary">'), page.indexOf("</header>"))
  for (const fact of [
    "Back off politely when the harbour API is down",
    'title="/home/mira/code/harbour">harbour<',
    "Claude Sonnet 4.5, gpt-5.2",
    "build, plan",
    'title="412,380 in, 21,944 out',
    "$0.81",
    "3 files",
    "+64",
    "1.18.33",
    "Working",
  ]) {
    expect(summary).toContain(fact)
  }
})

test("A session of several prompts has them as its table of contents", () => {
  const page = render(sink())
  expect(page).toContain(">3 prompts</h2>")
  expect(
    page.match(/<li id="msg_\w+.row"><a href="#msg_\w+">Now show me everything else you can do\.<\/a>/g),
  ).toHaveLength(1)
  expect(render(small())).not.toContain('id="contents"')
})

test("A page without a session waits for it", () => {
  expect(render(createFold(ROOT).document())).toContain('<section id="waiting"')
  expect(render(small())).not.toContain('id="waiting"')
})

test("What an undo hides is not on the page, and the page says that something is undone", () => {
  const state = createFold(ROOT)
  state.apply(kitchenSink())
  const { messages, session } = state.document()
  const cut = messages[4]?.info.id ?? ""
  state.apply([{ type: "session", data: { ...session, revert: { messageID: cut } } }])
  const page = render(state.document())
  expect(page).not.toContain(`id="${cut}"`)
  expect(page).toContain(`id="${messages[3]?.info.id}"`)
  expect(page).toContain(`${messages.length - 4} messages undone`)
})

test("The page tells its script where to listen and from which revision on", () => {
  expect(render(small())).toContain(
    'data-share="share000" data-page="/share/share000" data-show="tools" data-revision="3" data-events="/api/share/share000/events" data-metadata="/api/share/share000/metadata"',
  )
})

test("A large output is not in the page, but whole on the page of its part", () => {
  const document = sink()
  const part = document.messages
    .flatMap(({ parts }) => parts)
    .find((one) => JSON.stringify(one).includes("tail -n 480"))
  expect(render(document)).not.toContain("berth 479")
  const page = renderPartPage({ ...sharePage(document), partID: part?.id ?? "" })
  expect(page).toContain("berth 479")
  expect(page).toContain(`href="/share/share000#${part?.id}"`)
  expect(() => parseTree(page ?? "")).not.toThrow()
})

test("Only parts and sections that a share shows have a page", () => {
  const page = sharePage(sink())
  expect(renderPartPage({ ...page, partID: "changes" })).toContain("drain-options.ts")
  for (const partID of ["prt_none", "log", "summary", "page", page.document.messages[0]?.info.id ?? ""]) {
    expect(renderPartPage({ ...page, partID })).toBeUndefined()
  }
})

test("The front page shows the configuration that this server needs", () => {
  const open = renderHome({ baseUrl: "https://x.dev", needsToken: false, version: "1", assets })
  expect(open).toContain("&quot;https://x.dev&quot;")
  const closed = renderHome({
    baseUrl: "https://x.dev",
    needsToken: true,
    version: "1",
    assets,
    sampleUrl: "/share/s",
  })
  expect(closed).toContain("https://x.dev/t/&lt;token&gt;")
  expect(closed).toContain('href="/share/s"')
})

test("A prompt without an answer is waited for, whatever was answered before it", () => {
  const said = (id: string, role: string, completed?: number) => ({
    type: "message",
    data: { id, sessionID: ROOT, role, time: { created: 1, completed } },
  })
  const session = { type: "session", data: { id: ROOT, title: "t" } }
  const stateOf = (...items: Item[]) =>
    /<span class="state[^<]*<\/span>/.exec(render(fold([session, ...items], ROOT)))?.[0]
  const answered = [said("msg_1", "user"), said("msg_2", "assistant", 2)]
  expect(stateOf()).toBeUndefined()
  expect(stateOf(...answered)).toBe('<span class="state finished">Finished</span>')
  expect(stateOf(...answered, said("msg_3", "user"))).toBe(
    '<span class="state unanswered">Waiting for an answer</span>',
  )
  expect(stateOf(...answered, said("msg_3", "user"), said("msg_4", "assistant"))).toContain("Working")
})

test("A message page leads to what can be seen instead, if there is that", () => {
  const message = { status: 400, title: "t", message: "m", assets }
  expect(renderMessagePage(message)).toContain('<a class="button" href="/">')
  expect(renderMessagePage({ ...message, instead: { href: "/share/x", text: "All of it" } })).toContain(
    '<a class="button" href="/share/x">All of it</a>',
  )
})

test("A saved page links to no page of its server", () => {
  const inline = { style: "", styleHash: "", script: "", scriptHash: "" }
  expect([...renderExport(sharePage(sink()), inline)].join("")).not.toMatch(/href="\//)
})
