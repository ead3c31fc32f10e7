import { expect, test } from "vitest"
import { createStreamSeats, untilRead } from "./stream-seats.ts"

test("[Q11] an address has so many places, and one that is given back twice is one", () => {
  const seats = createStreamSeats({ perAddress: 2, total: 0 })
  const leave = seats.take("192.0.2.1")
  seats.take("::ffff:192.0.2.1")
  expect(() => seats.take("192.0.2.1")).toThrow(/^Your address follows 2 shares live/)
  seats.take("192.0.2.2")
  leave()
  leave()
  seats.take("192.0.2.1")
  expect(() => seats.take("192.0.2.1")).toThrow()
})

test("[Q11] so have all together, and a refusal takes none", () => {
  const seats = createStreamSeats({ perAddress: 1, total: 2 })
  const leave = seats.take("192.0.2.1")
  for (let i = 0; i < 3; i++) expect(() => seats.take("192.0.2.1")).toThrow()
  seats.take("192.0.2.2")
  expect(() => seats.take("192.0.2.3")).toThrow(/^As many follow/)
  leave()
  seats.take("192.0.2.3")
})

test("[Q6] 0 is no limit", () => {
  const seats = createStreamSeats({ perAddress: 0, total: 0 })
  for (let i = 0; i < 1000; i++) seats.take("192.0.2.1")
})

function open() {
  let inner: ReadableStreamDefaultController<Uint8Array> | undefined
  let cancelled = false
  let ended = 0
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      inner = controller
      controller.enqueue(new Uint8Array(1))
    },
    cancel() {
      cancelled = true
    },
  })
  const reader = untilRead(stream, () => ended++).getReader()
  return { reader, end: () => inner?.close(), ended: () => ended, isCancelled: () => cancelled }
}

test("[Q11] a stream that has ended holds its place until all of it is read", async () => {
  const { reader, end, ended } = open()
  end()
  expect((await reader.read()).value).toHaveLength(1)
  expect(ended()).toBe(0)
  expect((await reader.read()).done).toBe(true)
  expect(ended()).toBe(1)
})

test("[Q11] or until its reader goes away", async () => {
  const { reader, ended, isCancelled } = open()
  await reader.cancel()
  expect([ended(), isCancelled()]).toEqual([1, true])
})
