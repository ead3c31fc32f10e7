import { expect, test } from "vitest"
import { fold } from "../protocol/fold.ts"
import type { Item } from "../protocol/item.ts"
import { createFrame } from "./frame.ts"
import { nothing } from "./html.ts"
import { mapBlocks } from "./session-map.ts"

const ROOT = "ses_root"
const session = (id: string, data: Record<string, unknown> = {}): Item => ({
  type: "session",
  data: { id, ...data },
})
const message = (sessionID: string, id: string, time: unknown, info: Record<string, unknown> = {}): Item => ({
  type: "message",
  data: { id, sessionID, role: "assistant", time, ...info } as never,
})

function draw(items: Item[], sealed = false): string | undefined {
  const document = fold([session(ROOT, { title: "The root" }), ...items], ROOT)
  const context = {
    shareID: "share000",
    assets: { script: "", style: "" },
    ...(sealed && { sealed: true as const }),
  }
  return mapBlocks(document)[0]?.render(createFrame(document, context), nothing).text
}

const family = [
  message(ROOT, "msg_1", { created: 0 }, { role: "user" }),
  message(ROOT, "msg_2", { created: 0, completed: 10_000 }),
  session("ses_a", { parentID: ROOT, title: "<b>Alpha</b>" }),
  message("ses_a", "msg_3", { created: 2_000, completed: 7_000 }, { agent: "explore", error: { name: "X" } }),
]
const second = [
  session("ses_b", { parentID: "ses_a", title: "Beta" }),
  message("ses_b", "msg_4", { created: 5_000 }),
]

test("A map is drawn of three sessions, and of no fewer", () => {
  expect(draw(family)).toBeUndefined()
  const map = draw([...family, ...second]) ?? ""
  expect(map.match(/<li class="lane [^"]*"/g)).toEqual([
    '<li class="lane finished d0"',
    '<li class="lane failed d1"',
    '<li class="lane running d2"',
  ])
  expect(map).toContain('x="200" y="4" width="500"')
  expect(map).toContain('href="/share/share000/session/ses_b"')
  expect(map).toContain("&lt;b&gt;Alpha")
  expect(map).not.toContain("style=")
})

test("Where there are no other pages, lanes lead to where their session stands", () => {
  expect(draw([...family, ...second], true)).toContain('href="#ses_b"')
})

test("Times of any kind and sessions of any number make a map that can be drawn", () => {
  const many = Array.from({ length: 100 }, (_, at) => [
    session(`ses_${at}`, { parentID: ROOT, title: "t".repeat(9_000) }),
    message(
      `ses_${at}`,
      `msg_k${at}`,
      { created: [1e300, -1, at, "x", 8e15][at % 5] },
      { agent: "a".repeat(999) },
    ),
  ]).flat()
  const map = draw([...family, ...many]) ?? ""
  expect(map).toContain("and 62 more")
  expect(map).not.toMatch(/NaN|Infinity|e\+/)
  expect(map.length).toBeLessThan(60_000)
})
