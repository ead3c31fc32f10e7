import { expect, test } from "vitest"
import { createMachine } from "../host/machine.ts"
import { createInstanceKeys } from "./instance-keys.ts"
import { readMasterKeys } from "./master-keys.ts"

const machine = createMachine()
const [first, second, third] = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte)) as [
  Uint8Array<ArrayBuffer>,
  Uint8Array<ArrayBuffer>,
  Uint8Array<ArrayBuffer>,
]
const keysOf = (...masters: Uint8Array<ArrayBuffer>[]) =>
  createInstanceKeys({ ...machine, subtle: crypto.subtle, masters })

test("[N2] what was sealed is opened for its purpose alone, and not when it was changed", async () => {
  const keys = keysOf(first)
  const sealed = await keys.seal("settings", "a text — of any kind")
  expect(sealed).not.toContain("text")
  expect(await keys.open("settings", sealed)).toBe("a text — of any kind")
  expect(await keys.open("other", sealed)).toBeUndefined()
  const [id, iv, content] = sealed.split(".")
  const changed = content?.replace(/^./, (char) => (char === "A" ? "B" : "A"))
  for (const text of [
    `${id}.${iv}.${changed}`,
    `${id}.${iv}`,
    `x.${iv}.${content}`,
    `${sealed}.AA`,
    "",
    "é",
  ]) {
    expect(await keys.open("settings", text), text).toBeUndefined()
  }
  expect(await keys.seal("settings", "a text — of any kind")).not.toBe(sealed)
})

test("[N2] a new key in front seals and signs; the old one goes on opening and checking", async () => {
  const before = keysOf(first)
  const sealed = await before.seal("settings", "kept")
  const mac = await before.mac("form", "session")
  const rotated = keysOf(second, first)
  expect(await rotated.open("settings", sealed)).toBe("kept")
  expect(await rotated.checkMac("form", "session", mac)).toBe(true)
  expect(await rotated.mac("form", "session")).not.toBe(mac)
  const renewed = await rotated.seal("settings", "kept")
  // Only what the new key made survives the old one's end.
  const after = keysOf(third, second)
  expect(await after.open("settings", renewed)).toBe("kept")
  expect(await after.open("settings", sealed)).toBeUndefined()
  expect(await after.checkMac("form", "session", mac)).toBe(false)
})

test("a code is one of its text and its purpose", async () => {
  const keys = keysOf(first)
  const mac = await keys.mac("form", "session")
  expect(mac).toMatch(/^[A-Za-z0-9_-]{43}$/)
  expect(await keys.mac("form", "session")).toBe(mac)
  expect(await keys.checkMac("form", "session2", mac)).toBe(false)
  expect(await keys.checkMac("other", "session", mac)).toBe(false)
})

test("master keys are read in both spellings, and a wrong one is not quoted", () => {
  const hex = "ab".repeat(32)
  const base64url = Buffer.from(hex, "hex").toString("base64url")
  expect(readMasterKeys(` ${hex} ,${base64url}\n${base64url}=\n`).map((key) => key.length)).toEqual([
    32, 32, 32,
  ])
  expect(readMasterKeys(base64url)).toEqual(readMasterKeys(hex.toUpperCase()))
  expect(readMasterKeys("")).toEqual([])
  for (const text of ["abcd", `${hex}0`, `${hex},nearly-a-key`, "!".repeat(43)]) {
    expect(() => readMasterKeys(text), text).toThrow(/^each key must be 32 bytes/)
  }
})
