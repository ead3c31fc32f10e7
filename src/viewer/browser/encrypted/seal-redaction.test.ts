import { expect, test } from "vitest"
import { linesOf } from "../../../../test/encrypted-client.ts"
import { itemsOf } from "../../../../test/items.ts"
import { createSealer, type Head, type SealedSegment } from "../../../encryption/sealer.ts"
import { newKeyText } from "../../../encryption/share-key.ts"
import { createFold } from "../../../protocol/fold.ts"
import type { Item } from "../../../protocol/item.ts"
import { type SealRedaction, sealRedaction } from "./seal-redaction.ts"

const { session, user, text } = itemsOf("ses_1")

async function redact(versions: Item[][], rule: string, changes: Partial<SealRedaction> = {}) {
  const sealer = await createSealer("a-share-of-mine", newKeyText())
  const put = new Map<string, SealedSegment>()
  const head: Head = {
    ...{
      v: 1,
      revision: 7,
      segments: [],
      title: `About ${rule}`,
      directory: `/work/${rule}`,
      sessionID: "ses_1",
    },
    ...{ messageCount: 1, partCount: 2, diffCount: 0, modelCount: 0, updatedAt: 1 },
  }
  const body = await sealRedaction({
    opened: { revision: 7, epoch: 3, head, versions },
    rules: [{ id: "the-rule", kind: "text", text: rule }],
    sealer,
    put: async (name, segment) => void put.set(name, segment),
    now: () => 9,
    newID: () => crypto.randomUUID(),
    pause: () => undefined,
    ...changes,
  })
  const opened: Item[][] = []
  for (const { segment } of body.segments) {
    opened.push(await sealer.openNamedSegment(segment, put.get(segment)?.body ?? new Uint8Array()))
  }
  return { body, opened, head: await sealer.openHead(body.head) }
}

test("[Z12] much becomes several segments, in order, and as many revisions", async () => {
  const parts = Array.from({ length: 40 }, (_, n) =>
    text("msg", `prt_${n}`, `${n} hunter2 ${"words ".repeat(20)}`),
  )
  const versions = [[session(), user("msg")], parts, parts.slice(0, 3)]
  const { body, opened, head } = await redact(versions, "hunter2", { segmentBytes: 1_000 })
  expect(body.segments.length).toBeGreaterThan(5)
  expect(body.segments.length).toBeLessThan(16)
  expect(body).toMatchObject({ after: 7, epoch: 3, items: 43, rules: [{ id: "the-rule", occurrences: 43 }] })
  expect(head).toMatchObject({
    revision: 7 + body.segments.length,
    segments: body.segments.map(({ segment }) => segment),
    ...{ title: "About [redacted]", directory: "/work/[redacted]", updatedAt: 9, partCount: 2 },
  })
  const [before, after] = [createFold("ses_1"), createFold("ses_1")]
  for (const items of versions) before.apply(items)
  for (const items of opened) after.apply(items)
  expect(linesOf([...after.items()])).toEqual(
    linesOf([...before.items()]).map((line) => line.replaceAll("hunter2", "[redacted]")),
  )
})

test("[Z4] an item that outgrows its limit by what stands in it loses all of its content", async () => {
  const { opened } = await redact([[session(), text("msg", "prt", "word".repeat(2_000_000))]], "word")
  expect(opened.flat()).toEqual([session(), text("msg", "prt", "[redacted]")])
})
