import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { readConfig } from "./config.ts"
import { createRuleBox, openRuleBoxOf } from "./rule-box.ts"

const key = (byte: number) => new Uint8Array(32).fill(byte)

test("what is sealed opens with the same key, is never the same twice, and with another or changed does not open", () => {
  const box = createRuleBox(key(1))
  const sealed = box.seal("a rule ü")
  expect(box.open(sealed)).toBe("a rule ü")
  expect(box.seal("a rule ü")).not.toBe(sealed)
  expect(() => createRuleBox(key(2)).open(sealed)).toThrow()
  const bytes = Buffer.from(sealed, "base64url")
  for (const at of [0, 12, bytes.length - 1]) {
    const changed = Buffer.from(bytes)
    changed[at] = (changed[at] ?? 0) ^ 1
    expect(() => box.open(changed.toString("base64url"))).toThrow()
  }
  expect(() => box.open("")).toThrow()
})

test("an instance keeps its key over starts; two folders have two", async () => {
  const folders = await Promise.all([1, 2].map(() => mkdtemp(join(tmpdir(), "better-share-rules-"))))
  onTestFinished(async () => {
    for (const folder of folders) await rm(folder, { recursive: true, force: true })
  })
  const open = (folder = "") => openRuleBoxOf(readConfig({ DATA_DIR: folder }))
  const sealed = (await open(folders[0])).seal("a rule")
  expect((await open(folders[0])).open(sealed)).toBe("a rule")
  const other = await open(folders[1])
  expect(() => other.open(sealed)).toThrow()
})
