import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { createOutbox, nameOf, OutboxFullError } from "./outbox.ts"

const SHARE = "abcdefgh"
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "better-share-outbox-"))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const open = (now = Date.now, mostBytes?: number) =>
  createOutbox({ folder, now, process: "1", ...(mostBytes === undefined ? {} : { mostBytes }) })
const item = (key: string, json: string) => ({ name: nameOf(key), json })
async function all(outbox = open()): Promise<string[]> {
  const names = await outbox.waiting(SHARE)
  return (await Promise.all(names.map((name) => outbox.read(SHARE, name)))).flat().map(({ json }) => json)
}

test("batches stand in the order in which they came, though the clock stands still or goes back", async () => {
  const first = open(() => 1_000)
  for (const text of ["a", "b", "c"]) await first.accept(SHARE, [item(text, text)])
  const later = open(() => 500)
  await later.accept(SHARE, [item("d", "d")])
  await later.accept(SHARE, [item("e", "e")])
  expect(await all()).toEqual(["a", "b", "c", "d", "e"])
})

test("put together, the last version of each is left, behind what came before it", async () => {
  const outbox = open()
  await outbox.accept(SHARE, [item("part/1", "old"), item("part/2", "two")])
  await outbox.accept(SHARE, [item("part_removed/1", "gone")])
  await outbox.accept(SHARE, [item("part/1", "new"), item("odd key\n \ud800", "odd")])
  await outbox.squash(SHARE)
  expect(await outbox.waiting(SHARE)).toHaveLength(1)
  expect(await all()).toEqual(["two", "gone", "new", "odd"])
  await outbox.accept(SHARE, [item("part/3", "after")])
  expect((await all()).at(-1)).toBe("after")
})

test("it is full at its limit, and has room again when something has gone", async () => {
  const outbox = open(Date.now, 1_000)
  await outbox.accept(SHARE, [item("a", "x".repeat(900))])
  await expect(outbox.accept(SHARE, [item("b", "x".repeat(200))])).rejects.toThrow(OutboxFullError)
  await outbox.remove(SHARE, await outbox.waiting(SHARE))
  await outbox.accept(SHARE, [item("b", "x".repeat(200))])
  expect(await all()).toHaveLength(1)
})
