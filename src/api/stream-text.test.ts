import { expect, test } from "vitest"
import { gatherText, streamText } from "./stream-text.ts"

test("a page that breaks off says so, and the fault is told", async () => {
  const faults: unknown[] = []
  function* breaking() {
    yield "<p>first</p>"
    throw new Error("cannot go on")
  }
  const stream = streamText(breaking(), { onError: (error) => faults.push(error) })
  const text = await new Response(stream).text()
  expect(text).toMatch(/^<p>first<\/p><p>.*the rest of this page is missing/)
  expect(faults).toEqual([new Error("cannot go on")])
})

test("others get their turn while a page renders long", async () => {
  function* slow() {
    for (let i = 0; i < 10; i++) {
      const end = performance.now() + 20
      while (performance.now() < end);
      yield "x"
    }
  }
  let turns = 0
  const timer = setInterval(() => turns++, 1)
  await new Response(streamText(slow(), { onError: () => {} })).text()
  clearInterval(timer)
  expect(turns).toBeGreaterThan(4)
})

test("a turn that came to nothing is not the last one", async () => {
  function* silent() {
    for (let i = 0; i < 3; i++) {
      const end = performance.now() + 20
      while (performance.now() < end);
      yield ""
    }
    yield "at last"
  }
  expect(await new Response(streamText(silent(), { onError: () => {} })).text()).toBe("at last")
})

test("what is short is gathered whole, what is longer goes on where the gathering stopped", async () => {
  let made = 0
  function* counting() {
    for (const piece of ["one ", "two ", "three "]) {
      made++
      yield piece
    }
  }
  expect(await gatherText(counting(), 14)).toMatchObject({ whole: "one two three " })
  made = 0
  const { whole, pieces } = await gatherText(counting(), 4)
  expect([whole, made]).toEqual([undefined, 2])
  expect([...pieces]).toEqual(["one ", "two ", "three "])
})

test("what breaks off while it is gathered breaks off where it is read", async () => {
  function* breaking() {
    yield "first"
    throw new Error("cannot go on")
  }
  const { whole, pieces } = await gatherText(breaking(), 100)
  const read = pieces[Symbol.iterator]()
  expect([whole, read.next().value]).toEqual([undefined, "first"])
  expect(() => read.next()).toThrow("cannot go on")
})
