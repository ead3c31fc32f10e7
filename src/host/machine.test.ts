import { expect, test } from "vitest"
import { createMachine } from "./machine.ts"

const { verify } = createMachine()
const base64url = (hex: string) => Buffer.from(hex, "hex").toString("base64url")

/** https://www.rfc-editor.org/rfc/rfc8032#section-7.1, tests 1 and 2. */
const VECTORS = [
  {
    key: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    text: "",
    signature:
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  },
  {
    key: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    text: "r",
    signature:
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  },
].map(({ key, text, signature }) => [base64url(key), text, base64url(signature)] as const)

test.each(VECTORS)("[O1] the signature of %s is its own, of its text only", (key, text, signature) => {
  expect(verify(key, text, signature)).toBe(true)
  expect(verify(key, `${text} `, signature)).toBe(false)
  const another = VECTORS.find((vector) => vector[0] !== key)
  expect(verify(another?.[0] ?? "", text, signature)).toBe(false)
  expect(verify(key, text, another?.[2] ?? "")).toBe(false)
})

test.each([
  "00".repeat(32),
  `${"00".repeat(31)}80`,
  `01${"00".repeat(31)}`,
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
  `ec${"ff".repeat(30)}7f`,
  `ee${"ff".repeat(31)}`,
])("[O1] a key under which anybody can sign signs nothing: %s", (key) => {
  // R is the neutral point and S is 0: what is left of the equation is a small multiple of the key.
  const signature = base64url(`01${"00".repeat(63)}`)
  for (let i = 0; i < 64; i++) expect(verify(base64url(key), `text ${i}`, signature)).toBe(false)
})

test.each([
  ["", ""],
  ["A".repeat(43), "A".repeat(86)],
  ["A".repeat(42), "A".repeat(85)],
  ["not base64url at all!", "nor this"],
  ["_".repeat(43), "_".repeat(86)],
])("what is no key or no signature is not valid: %s", (key, signature) => {
  expect(verify(key, "text", signature)).toBe(false)
})
