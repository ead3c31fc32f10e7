import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { itemsOf } from "../../test/items.ts"
import { createFold } from "./fold.ts"
import type { Item } from "./item.ts"
import { mergeItems } from "./merge.ts"

const root = "ses_root"
const { session, user, text } = itemsOf(root)
const messageRef = (type: string, id: string): Item => ({ type, data: { id, sessionID: root } })
const partRef = (type: string, messageID: string, id: string): Item => ({
  type,
  data: { id, messageID, sessionID: root },
})

async function all(lines: AsyncIterable<string>): Promise<Item[]> {
  const items: Item[] = []
  for await (const line of lines) items.push(JSON.parse(line))
  return items
}

function merge(
  commits: readonly Item[][],
  { fromTheStart = false, hold }: { fromTheStart?: boolean; hold?: number } = {},
): Promise<Item[]> {
  async function* read() {
    yield* commits
  }
  const options = { rootSessionID: root, fromTheStart, ...(hold === undefined ? {} : { hold }) }
  return all(mergeItems(read, options))
}

describe("[L8] of what is merged", () => {
  test("the last version of an item survives, where its first one stood", async () => {
    const commits = [[user("m"), text("m", "p", "one")], [session()], [text("m", "p", "two")]]
    expect(await merge(commits)).toEqual([user("m"), text("m", "p", "two"), session()])
  })

  test("what a removal removes is dropped, and the removal stays", async () => {
    const removal = messageRef("message_removed", "m")
    const commits = [[user("m"), text("m", "p", "secret"), user("n")], [removal]]
    expect(await merge(commits)).toEqual([user("n"), removal])
  })

  test("the removal goes too when nothing precedes the merge", async () => {
    const commits = [
      [user("m"), text("m", "p", "secret")],
      [partRef("part_removed", "m", "p")],
      [messageRef("message_removed", "x")],
    ]
    expect(await merge(commits, { fromTheStart: true })).toEqual([user("m")])
  })

  test("what came back after its removal stands behind it", async () => {
    const removal = messageRef("message_removed", "m")
    const commits = [[user("m"), session()], [removal], [user("m", 5)]]
    expect(await merge(commits)).toEqual([session(), removal, user("m", 5)])
  })

  test("a hiding stays while it holds, and goes when what it hid was synced again", async () => {
    const hiding = messageRef("message_hidden", "m")
    expect(await merge([[user("m")], [hiding]])).toEqual([user("m"), hiding])
    expect(await merge([[user("m")], [hiding], [user("m", 5)]])).toEqual([user("m", 5)])
    expect(await merge([[user("m")], [hiding], [text("m", "p", "again")]])).toEqual([
      user("m"),
      text("m", "p", "again"),
    ])
  })

  test("content of any kind comes out as it went in", async () => {
    const odd: Item = { type: "from_the_future", data: { id: "x", deep: [null, "cut \ud83d here"] } }
    expect(await merge([[odd]])).toEqual([odd])
  })
})

test("what would be too much to hold stands where its last version stood", async () => {
  const long = "x".repeat(100)
  const commits = [
    [text("m", "p", "one"), text("m", "q", "one"), user("n")],
    [text("m", "p", "two"), text("m", "q", long)],
  ]
  expect(await merge(commits, { hold: 150 })).toEqual([
    text("m", "p", "two"),
    user("n"),
    text("m", "q", long),
  ])
})

test("segments that change between two readings are no merge", async () => {
  let readings = 0
  async function* read() {
    yield readings++ === 0 ? [user("m"), user("n")] : [user("m")]
  }
  const lines = mergeItems(read, { rootSessionID: root, fromTheStart: true })
  await expect(all(lines)).rejects.toThrow("has changed")
})

const id = fc.constantFrom("a", "b", "c")
const sessionID = fc.constantFrom(root, "ses_child", "ses_grand")
const version = fc.nat(1000)

const message = fc.record({ id, sessionID, version })
const part = fc.record({ id, messageID: id, sessionID, version })
const anyItem: fc.Arbitrary<Item> = fc.oneof(
  { weight: 6, arbitrary: part.map((data) => ({ type: "part", data })) },
  { weight: 4, arbitrary: message.map((data) => ({ type: "message", data })) },
  { weight: 2, arbitrary: message.map((data) => ({ type: "message_removed", data })) },
  { weight: 2, arbitrary: part.map((data) => ({ type: "part_removed", data })) },
  { weight: 2, arbitrary: message.map((data) => ({ type: "message_hidden", data })) },
  { weight: 2, arbitrary: part.map((data) => ({ type: "part_hidden", data })) },
  {
    weight: 1,
    arbitrary: fc.record({ id: sessionID, parentID: sessionID, version }).map((data) => ({
      type: "session",
      data,
    })),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constantFrom("session_diff", "model"),
      data: version.map((n) => [n]),
      sessionID,
    }),
  },
  { weight: 1, arbitrary: fc.record({ id, version }).map((data) => ({ type: "from_the_future", data })) },
)

interface Segment {
  first: number
  last: number
  items: Item[]
}

const logs = fc.record({
  commits: fc.array(fc.array(anyItem, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 12 }),
  merges: fc.array(fc.record({ from: fc.nat(), count: fc.integer({ min: 2, max: 5 }) }), { maxLength: 8 }),
})

/** The log with stretches of neighbours merged one after the other, some of them again. */
async function compact(
  commits: Item[][],
  merges: { from: number; count: number }[],
  hold?: number,
): Promise<Segment[]> {
  const segments = commits.map((items, i): Segment => ({ first: i + 1, last: i + 1, items }))
  for (const { from, count } of merges) {
    const start = from % segments.length
    const replaced = segments.slice(start, start + count)
    const options = { fromTheStart: start === 0, ...(hold === undefined ? {} : { hold }) }
    const items = await merge(
      replaced.map((segment) => segment.items),
      options,
    )
    const [first, last] = [replaced[0]?.first ?? 0, replaced.at(-1)?.last ?? 0]
    segments.splice(start, replaced.length, { first, last, items })
  }
  return segments
}

function foldOf(batches: Item[][]) {
  const state = createFold(root)
  for (const items of batches) state.apply(items)
  return state
}

function said(state: ReturnType<typeof createFold>) {
  return { document: state.document(), items: [...state.items()] }
}

test("[L8] whatever is merged, every fold says the same, in the same order", async () => {
  await fc.assert(
    fc.asyncProperty(logs, async ({ commits, merges }) => {
      const segments = await compact(commits, merges)
      expect(said(foldOf(segments.map(({ items }) => items)))).toEqual(said(foldOf(commits)))
    }),
    { numRuns: 1500 },
  )
})

test("[L8] also for those who read on from before the merges, where no segment straddles what they have", async () => {
  await fc.assert(
    fc.asyncProperty(logs, fc.nat(), async ({ commits, merges }, at) => {
      const segments = await compact(commits, merges)
      const revision = at % commits.length
      const ahead = segments.filter(({ last }) => last > revision)
      fc.pre(ahead[0] !== undefined && (revision === 0 || ahead[0].first > revision))
      const state = foldOf(commits.slice(0, revision))
      for (const { items } of ahead) state.apply(items)
      expect(said(state)).toEqual(said(foldOf(commits)))
    }),
    { numRuns: 1500 },
  )
})

test("[L8] with little to hold it says the same, in whatever order", async () => {
  await fc.assert(
    fc.asyncProperty(logs, fc.integer({ min: 0, max: 300 }), async ({ commits, merges }, hold) => {
      const sorted = (batches: Item[][]) => {
        const state = foldOf(batches)
        return {
          hidden: state.document().hidden,
          items: [...state.items()].map((i) => JSON.stringify(i)).sort(),
        }
      }
      const segments = await compact(commits, merges, hold)
      expect(sorted(segments.map(({ items }) => items))).toEqual(sorted(commits))
    }),
    { numRuns: 500 },
  )
})

test("[L8] merged is never more, and a merge of what is merged changes nothing", async () => {
  await fc.assert(
    fc.asyncProperty(logs, fc.boolean(), async ({ commits }, fromTheStart) => {
      const once = await merge(commits, { fromTheStart })
      expect(once.length).toBeLessThanOrEqual(commits.flat().length)
      expect(await merge([once], { fromTheStart })).toEqual(once)
    }),
  )
})
