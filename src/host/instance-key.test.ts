import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import type { Database } from "../storage/meta/kysely-store.ts"
import { openSqliteStore } from "../storage/meta/sqlite.ts"
import { findMasterKeys } from "./instance-key.ts"
import { createLog } from "./log.ts"
import { createMachine } from "./machine.ts"

let folder: string
let database: Database
const warned: string[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "better-share-key-"))
  database = await openSqliteStore({ file: join(folder, "meta.db"), migrate: true })
  warned.length = 0
})
afterEach(async () => {
  await database.close()
  await rm(folder, { recursive: true, force: true })
})

const find = (options: { configured?: Uint8Array<ArrayBuffer>[]; folder?: string | undefined }) =>
  findMasterKeys({
    configured: [],
    folder,
    store: database.trust,
    machine: createMachine(),
    log: { ...createLog("silent"), warn: (_, message) => void warned.push(message) },
    ...options,
  })

test("[N2] a key is made once in the folder, and stays when others are configured", async () => {
  const [made] = await find({})
  expect(made).toHaveLength(32)
  expect(await find({})).toEqual([made])
  const configured = [new Uint8Array(32).fill(7)]
  expect(await find({ configured })).toEqual([...configured, made])
  expect(warned).toEqual([])
})

test("[N2] without a folder it is made in the database, with a warning, and is the same on all nodes", async () => {
  const found = await Promise.all(Array.from({ length: 4 }, () => find({ folder: undefined })))
  for (const keys of found) expect(keys).toEqual(found[0])
  expect(warned[0]).toContain("INSTANCE_KEY is not set")
  const configured = [new Uint8Array(32).fill(7)]
  expect(await find({ configured, folder: undefined })).toEqual([...configured, ...(found[0] ?? [])])
})

test("[N2] a configured key makes none beside it", async () => {
  await find({ configured: [new Uint8Array(32).fill(7)] })
  await find({ configured: [new Uint8Array(32).fill(7)], folder: undefined })
  await expect(readFile(join(folder, "instance-key"))).rejects.toThrow("ENOENT")
  expect(await database.trust.readInstance("instance-key")).toBeUndefined()
})

test("[N2] a file that holds no key is named, not quoted, and not written over", async () => {
  await writeFile(join(folder, "instance-key"), "nearly-a-key\n")
  const refusal = await find({}).catch(String)
  expect(refusal).toContain("instance-key: each key must be 32 bytes")
  expect(refusal).not.toContain("nearly")
  expect(await readFile(join(folder, "instance-key"), "utf8")).toBe("nearly-a-key\n")
})

test("[N2] what a crash left half written is not taken for the key", async () => {
  await writeFile(join(folder, "instance-key.new"), "half")
  expect((await find({}))[0]).toHaveLength(32)
})
