import { expect, test } from "vitest"
import { isStretchOf, stretch } from "./password.ts"

test("a password is recognised, and no other", async () => {
  const stretched = await stretch("correct horse")
  expect(stretched).toMatch(/^scrypt\$15\$8\$3\$/)
  expect(stretched).not.toContain("horse")
  expect(await isStretchOf("correct horse", stretched)).toBe(true)
  expect(await isStretchOf("correct horsf", stretched)).toBe(false)
  expect(await isStretchOf("", stretched)).toBe(false)
})

test("the same password twice is stretched to another", async () => {
  expect(await stretch("correct horse")).not.toBe(await stretch("correct horse"))
})

test("it does not matter how a keyboard spells an accent", async () => {
  expect(await isStretchOf("caf\u00e9", await stretch("cafe\u0301"))).toBe(true)
})

test("what is no stretched password is nobody's", async () => {
  for (const text of ["", "x", "scrypt$15$8$3$a$b", "bcrypt$16$8$2$YWFh$YWFh"])
    expect(await isStretchOf("", text)).toBe(false)
})
