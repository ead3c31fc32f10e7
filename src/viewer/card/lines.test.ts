import fc from "fast-check"
import { expect, test } from "vitest"
import { FACES, measure } from "./face.ts"
import { balance, oneLine, type Room, wrap } from "./lines.ts"

const ROOM: Room = { face: FACES.regular, size: 32, width: 400, lines: 3 }
const texts = fc.oneof(
  fc.string({ maxLength: 400 }),
  fc
    .array(fc.constantFrom("a", "word", "W".repeat(90), "…", "it's", "-", "Straße"), { maxLength: 60 })
    .map((words) => words.join(" ")),
)

test("no line is wider than its room, and there are no more than asked for", () => {
  const rooms = fc.record({ width: fc.integer({ min: 40, max: 900 }), lines: fc.integer({ min: 1, max: 4 }) })
  fc.assert(
    fc.property(texts, rooms, (text, size) => {
      const room = { ...ROOM, ...size }
      for (const set of [wrap, balance]) {
        const { lines } = set(text, room)
        expect(lines.length).toBeLessThanOrEqual(room.lines)
        for (const line of lines) expect(measure(line, room)).toBeLessThanOrEqual(room.width)
      }
    }),
  )
})

test("what fits is said whole, and what does not ends with an ellipsis", () => {
  const short = "Some words that go on a line and a bit"
  expect(wrap(short, ROOM)).toEqual({ lines: ["Some words that go on a", "line and a bit"], cut: false })
  const long = wrap("Some words that go on and on, ".repeat(9), ROOM)
  expect(long.cut).toBe(true)
  expect(long.lines).toHaveLength(3)
  expect(long.lines.at(-1)).toMatch(/\w…$/)
})

test("it ends with a whole word, and within one that is longer than a line", () => {
  expect(oneLine("Fix the redirect", ROOM, 200)).toBe("Fix the…")
  const line = "After login fix the redirect"
  expect(oneLine(`${line} to it`, ROOM, measure(line, ROOM))).toBe("After login fix the…")
  expect(oneLine("W".repeat(99), ROOM, 200)).toMatch(/^W+…$/)
  expect(wrap("x".repeat(40), { ...ROOM, width: 300 }).lines.join("")).toBe("x".repeat(40))
})

test("a headline's lines are of about one length", () => {
  const { lines } = balance("Add rate limiting to the public API", { ...ROOM, width: 480 })
  expect(lines).toEqual(["Add rate limiting", "to the public API"])
})

test("a word is not looked at beyond what could be shown, but to see that it is too long", () => {
  let asked = 0
  const face = { ...FACES.regular, width: () => asked++ && 0.5 }
  wrap("x".repeat(1_500), { ...ROOM, face, width: 100, lines: 2 })
  expect(asked).toBeLessThan(1_700)
})
