import { expect, test } from "vitest"
import { streamText } from "./stream-text.ts"

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
