import { afterEach, beforeEach, expect, test, vi } from "vitest"
import type { Passing } from "../../protocol/passing.ts"
import { encodeLive, type LiveMessage } from "./live-channel.ts"
import { createLiveExchange } from "./live-exchange.ts"

const exchanges: ReturnType<typeof createLiveExchange>[] = []
beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(async () => {
  for (const exchange of exchanges.splice(0)) await exchange.end()
  vi.useRealTimers()
})

const words = (from: number, text: string): Passing => ({
  deltas: [{ sessionID: "ses_1", messageID: "msg_1", partID: "prt_1", field: "text", from, text }],
})

/** A node that writes down what it sends, and a node that only speaks. */
function open(send: (payloads: string[]) => Promise<boolean> = async () => true) {
  const sent: string[][] = []
  const exchange = createLiveExchange({
    now: Date.now,
    send(payloads) {
      sent.push(payloads)
      return send(payloads)
    },
  })
  exchanges.push(exchange)
  let number = 0
  const say = (message: LiveMessage) => {
    for (const payload of encodeLive("other", ++number, message)) exchange.onPayload(payload)
  }
  return { exchange, sent, say }
}

test("[V1] says a count again every ten seconds, and forgets one that it has not heard for thirty", async () => {
  const { exchange, sent, say } = open()
  exchange.setViewers("here", 2)
  await vi.advanceTimersByTimeAsync(5_000)
  say({ viewers: [["there", 3]] })
  await vi.advanceTimersByTimeAsync(29_900)
  expect(sent.flat().filter((payload) => payload.includes('[["here",2]]'))).toHaveLength(4)
  expect([exchange.viewers("here"), exchange.viewers("there")]).toEqual([2, 3])
  await vi.advanceTimersByTimeAsync(100)
  expect([exchange.viewers("here"), exchange.viewers("there")]).toEqual([2, 0])
  exchange.pass("there", words(0, "to nobody"))
  await vi.advanceTimersByTimeAsync(1_000)
  expect(sent.flat().join()).not.toContain("to nobody")
})

test("[V1] a count that changes often is told ten times a second, as it then is", async () => {
  const { exchange, sent } = open()
  for (let count = 1; count <= 500; count++) {
    exchange.setViewers("crowd", count)
    await vi.advanceTimersByTimeAsync(1)
  }
  await vi.advanceTimersByTimeAsync(100)
  expect(sent.length).toBeLessThanOrEqual(6)
  expect(sent.at(-1)?.[0]).toContain('[["crowd",500]]')
})

test("[V1] answers a node that asks", async () => {
  const { exchange, sent, say } = open()
  exchange.setViewers("here", 1)
  await vi.advanceTimersByTimeAsync(100)
  say({ viewers: [], ask: true })
  await vi.advanceTimersByTimeAsync(100)
  expect(sent).toHaveLength(2)
})

test("[V4] tells one thing at a time: what comes meanwhile goes together, bounded", async () => {
  let done: (sent: boolean) => void = () => {}
  const { exchange, sent, say } = open(() => new Promise((resolve) => (done = resolve)))
  say({ viewers: [["share", 1]] })
  exchange.pass("share", words(0, "first"))
  await vi.advanceTimersByTimeAsync(100)
  for (let i = 0; i < 2_000; i++) {
    exchange.pass("share", words(1_000 * i, "x".repeat(1_000)))
    await vi.advanceTimersByTimeAsync(1)
  }
  expect(sent).toHaveLength(1)
  done(true)
  await vi.advanceTimersByTimeAsync(100)
  expect(sent).toHaveLength(2)
  const bytes = Buffer.byteLength(sent[1]?.join("") ?? "")
  expect(bytes).toBeGreaterThan(50_000)
  expect(bytes).toBeLessThan(150_000)
  done(true)
})

test("[V4] what cannot be sent now is lost, and what comes later is not", async () => {
  let connected = false
  const { exchange, sent, say } = open(async () => {
    if (!connected) throw new Error("no connection")
    return true
  })
  say({ viewers: [["share", 1]] })
  exchange.pass("share", words(0, "into the gap"))
  await vi.advanceTimersByTimeAsync(100)
  connected = true
  exchange.pass("share", words(12, "behind it"))
  await vi.advanceTimersByTimeAsync(100)
  expect(sent).toHaveLength(2)
  expect(sent[1]?.join()).toContain("behind it")
  expect(sent[1]?.join()).not.toContain("into the gap")
})
