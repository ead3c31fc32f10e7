import fc from "fast-check"
import { expect, test } from "vitest"
import { createMachine } from "../host/machine.ts"
import type { Item } from "../protocol/item.ts"
import { decodeSegment, encodeSegment } from "./segment.ts"

const machine = createMachine()

async function* each<T>(values: T[]): AsyncIterable<T> {
  yield* values
}

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const values: T[] = []
  for await (const value of source) values.push(value)
  return values
}

async function roundTrip(items: Item[], pieceBytes: number): Promise<Item[]> {
  const lines = each(items.map((item) => JSON.stringify(item)))
  const bytes = Buffer.concat(await collect(encodeSegment(lines, machine)))
  const pieces: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += pieceBytes) pieces.push(bytes.subarray(at, at + pieceBytes))
  return (await collect(decodeSegment(each(pieces), { machine }))).flat()
}

test("[L4] what goes into a segment comes out of it, however it is cut on the way", async () => {
  const item = fc
    .record({ type: fc.constantFrom("todo", "note"), data: fc.jsonValue() })
    .map((value): Item => JSON.parse(JSON.stringify(value)))
  await fc.assert(
    fc.asyncProperty(fc.array(item), fc.integer({ min: 1, max: 50 }), async (items, piece) => {
      expect(await roundTrip(items, piece)).toEqual(items)
    }),
    { numRuns: 60 },
  )
})

test("[L4] a segment of many pieces comes out whole", async () => {
  const items = Array.from(
    { length: 5000 },
    (_, i): Item => ({ type: "note", data: { id: `n${i}`, text: `é🙂${i}` } }),
  )
  expect(await roundTrip(items, 777)).toEqual(items)
})

test("a segment that was cut short is an error, not half a share", async () => {
  const lines = each(
    Array.from({ length: 2000 }, (_, i) => JSON.stringify({ type: "note", data: { id: `${i}` } })),
  )
  const bytes = Buffer.concat(await collect(encodeSegment(lines, machine)))
  await expect(
    collect(decodeSegment(each([bytes.subarray(0, bytes.length - 20)]), { machine })),
  ).rejects.toThrow()
})
test("a segment that unpacks to more than it was said to is an error, and is not unpacked to its end", async () => {
  const lines = each(
    Array.from({ length: 1000 }, () => JSON.stringify({ type: "note", data: "a".repeat(10_000) })),
  )
  const bytes = Buffer.concat(await collect(encodeSegment(lines, machine)))
  expect(bytes.length).toBeLessThan(100_000)
  let unpacked = 0
  const watched = {
    ...machine,
    async *decompress(source: AsyncIterable<Uint8Array>) {
      for await (const chunk of machine.decompress(source)) {
        unpacked += chunk.byteLength
        yield chunk
      }
    },
  }
  await expect(collect(decodeSegment(each([bytes]), { machine: watched, claimed: 50_000 }))).rejects.toThrow(
    "larger than the 50000 bytes",
  )
  expect(unpacked).toBeLessThan(1_000_000)
})
