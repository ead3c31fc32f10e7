import { expect, test } from "vitest"
import { FACES } from "./face.ts"
import { legible } from "./legible.ts"

const { regular, mono } = FACES

test.each([
  ["plain words", "plain words"],
  ["Ελληνικά, русский, Zażółć, Việt Nam", "Ελληνικά, русский, Zażółć, Việt Nam"],
  ["  two\n\tlines  ", "two lines"],
  ["\u202ecod.exe\u2066 a\u200db\u0000c\u001b[31m\ud800d\ufeff", "cod.exe abc[31md"],
  ["e\u0301 and Z\u0335\u0321a\u0337\u0361", "é and Za"],
  ["ｆｕｌｌ 𝐰𝐢𝐝𝐭𝐡 ﬁ", "full width fi"],
  ["ship it 🚀👩‍👩‍👧 now", "ship it now"],
  ["fix the 日本語 rendering", "fix the … rendering"],
  ["登录后的重定向问题修复 in OAuth", undefined],
  ["مرحبا بالعالم", undefined],
  ["🚀", undefined],
  [" \n ", undefined],
  [undefined, undefined],
])("%j is shown as %j", (text, shown) => {
  expect(legible(text, regular)).toBe(shown)
})

test("every character of it has a glyph", () => {
  for (let code = 0; code < 0x30000; code++) {
    const shown = legible(`aaaa${String.fromCodePoint(code)}`, mono)
    if (![...(shown ?? "")].every((char) => mono.covers(char)))
      expect.fail(`U+${code.toString(16)}: ${shown}`)
  }
})

test("what is too long to be shown is not looked at", () => {
  expect(legible("a ".repeat(1_000_000), regular)?.length).toBeLessThan(2_000)
  // One character that Unicode calls compatible with eighteen.
  expect(legible(`a${"\ufdfa".repeat(100_000)}`, regular)).toBeUndefined()
})
