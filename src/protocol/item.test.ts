import { expect, test } from "vitest"
import { ShareError } from "./errors.ts"
import { createShareId, SHARE_ID, SHARE_ID_LENGTH } from "./ids.ts"
import { itemKey, readItem } from "./item.ts"
import { formatBytes } from "./limits.ts"

const refused = (value: unknown): string => {
  try {
    readItem(value, "data[3]")
  } catch (error) {
    if (error instanceof ShareError && error.code === "invalid_request") return error.message
    throw error
  }
  throw new Error("was accepted")
}

test("[I1] keys of the known types", () => {
  const key = (type: string, data: unknown, sessionID?: string) =>
    itemKey(sessionID === undefined ? { type, data } : { type, data, sessionID }, "ses_root")
  expect(key("session", { id: "s" })).toBe("session/s")
  expect(key("message", { id: "m", sessionID: "s" })).toBe("message/m")
  expect(key("part", { id: "p", messageID: "m", sessionID: "s" })).toBe("part/m/p")
  expect(key("session_diff", [])).toBe("session_diff/ses_root")
  expect(key("model", [], "ses_child")).toBe("model/ses_child")
  expect(key("todo", { id: "t" })).toBe("todo/t")
  expect(key("todo", [1])).toBe("todo/ses_root")
  expect(key("todo", null)).toBe("todo/ses_root")
})

test("[I2] a known type without its ids is refused, with the place", () => {
  expect(refused({ type: "part", data: { id: "p", messageID: "m" } })).toContain("data[3].data.sessionID")
  expect(refused({ type: "message", data: {} })).toContain("data[3].data.id")
  expect(refused({ type: "session_diff", data: {} })).toContain("data[3].data")
  expect(refused({ type: "session" })).toContain("data[3].data: Invalid input: expected nonoptional")
  expect(refused({ data: {} })).toContain("data[3].type")
  expect(refused(null)).toContain("data[3]")
  expect(refused([])).toContain("data[3]")
})

test("[I2] ids that could not be ids are refused", () => {
  for (const id of ["", "a/b", "../x", "a b", "\0", "\ud83d", "x".repeat(129), 7, null]) {
    expect(refused({ type: "session", data: { id } }), String(id)).toContain("data[3].data.id")
  }
})

test("[I3] an unknown type is taken as it is, whatever its data", () => {
  for (const data of [null, 1, "x", [1], { a: { b: null } }]) {
    expect(readItem({ type: "from_the_future", data })).toEqual({ type: "from_the_future", data })
  }
})

test("[I6] what stands in content stays, lone surrogates too", () => {
  const data = { id: "p", messageID: "m", sessionID: "s", type: "text", text: "cut \ud83d" }
  expect(readItem({ type: "part", data }).data).toEqual(data)
})

test("prototype keys in content are content", () => {
  const item = readItem(JSON.parse('{"type":"session","data":{"id":"s","__proto__":{"polluted":true}}}'))
  expect(Object.hasOwn(item.data as object, "__proto__")).toBe(true)
  expect(({} as Record<string, unknown>).polluted).toBeUndefined()
})

test("[C1] share ids are 22 base62 characters, every one of them possible", () => {
  let byte = 0
  const counting = (count: number) => new Uint8Array(count).map(() => byte++ % 256)
  const seen = new Set<string>()
  for (let i = 0; i < 200; i++) {
    const id = createShareId(counting)
    expect(id).toMatch(/^[0-9A-Za-z]+$/)
    expect(id).toHaveLength(SHARE_ID_LENGTH)
    expect(id).toMatch(SHARE_ID)
    for (const letter of id) seen.add(letter)
  }
  expect(seen.size).toBe(62)
})

test("sizes are told to people in their unit", () => {
  expect([500, 2048, 268_435_456].map(formatBytes)).toEqual(["500 bytes", "2 KiB", "256 MiB"])
})
