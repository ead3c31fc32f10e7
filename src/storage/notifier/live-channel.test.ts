import { expect, test } from "vitest"
import { createLiveReader, encodeLive, type LiveMessage } from "./live-channel.ts"

const node = "6f1b1a34-98f4-4b5c-9a52-0f4d7e6c8b10"
const textOf = (text: string): LiveMessage => {
  const delta = { sessionID: "s", messageID: "m", partID: "p", field: "text", from: 0, text } as const
  return { share: "share", passing: { deltas: [delta] } }
}

test.each([
  ["a", 1],
  ["a", 100_000],
  ["é", 50_000],
  ["語", 50_000],
  ["👋", 40_000],
  ["a👋", 40_000],
  ["\ud83d", 20_000],
  ["\0", 20_000],
])("[V3] %j, %i times, is whole again behind payloads that NOTIFY takes", (text, times) => {
  const message = textOf(text.repeat(times))
  const payloads = encodeLive(node, 7, message)
  for (const payload of payloads) {
    expect(Buffer.byteLength(payload)).toBeLessThan(8_000)
    expect(payload).not.toContain("\0")
    expect(Buffer.from(payload).toString()).toBe(payload)
  }
  const read = createLiveReader()
  expect(payloads.slice(0, -1).map(read)).toEqual(Array(payloads.length - 1).fill(undefined))
  expect(read(payloads.at(-1) ?? "")).toEqual({ node, message })
})

test("messages of several nodes may be mixed, and one whose pieces are not all there is none", () => {
  const [mine, other] = [textOf("m".repeat(20_000)), textOf("o".repeat(20_000))]
  const [a, b, c] = [encodeLive("a", 1, mine), encodeLive("b", 1, other), encodeLive("c", 1, mine)]
  const read = createLiveReader()
  const heard = [a[0], b[0], c[1], a[1], b[1], c[2], a[2], b[2]].map((payload) => read(payload ?? ""))
  expect(heard.filter(Boolean)).toEqual([
    { node: "a", message: mine },
    { node: "b", message: other },
  ])
  expect(read(encodeLive("c", 2, other)[0] ?? "")).toBeUndefined()
  for (const payload of ['d 1 1 2 {"viewers":[]}', "d 1 1 2 "]) expect(read(payload)).toBeUndefined()
  // The beginning of the next ends the one before.
  expect(encodeLive("c", 3, mine).map(read).at(-1)).toEqual({ node: "c", message: mine })
})
