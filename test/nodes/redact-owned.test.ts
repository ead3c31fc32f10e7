import { afterAll, beforeAll, expect, test } from "vitest"
import type { Credentials } from "../../src/shares/access/credentials.ts"
import { openEmbedded, type Stack } from "./stack.ts"
import { newShare } from "./written-share.ts"

const RULES = [{ id: "the-rule", kind: "text", text: "what nobody said" }] as const

let stack: Stack
beforeAll(async () => {
  stack = await openEmbedded()
})
afterAll(() => stack.close())

const IS_OWNER: Credentials = { owns: async () => true }
const IS_NOT: Credentials = { owns: async () => false }
const refused = expect.objectContaining({ code: "not_found" })

test("[Z6] who owns a share by other means redacts it without a secret, and is told no texts", async () => {
  const node = stack.node()
  const { id: shareID, secret } = await newShare(node)
  for (const credentials of [IS_NOT, {}, { ...IS_NOT, secret: "a wrong one" }]) {
    await expect(node.redact({ shareID, credentials, rules: RULES })).rejects.toEqual(refused)
    await expect(node.redactions({ shareID, credentials })).rejects.toEqual(refused)
  }
  await expect(
    node.redact({ shareID: "no-such-share", credentials: IS_OWNER, rules: RULES }),
  ).rejects.toEqual(refused)
  expect(await node.redact({ shareID, credentials: IS_OWNER, rules: RULES })).toMatchObject({ rules: 1 })
  expect(await node.redact({ shareID, credentials: { ...IS_NOT, secret }, rules: RULES })).toMatchObject({
    rules: 1,
  })
  expect(await node.redactions({ shareID, credentials: IS_OWNER })).toEqual({
    redactions: [{ id: "the-rule", kind: "text", createdAt: stack.clock.now, occurrences: 0 }],
    pending: false,
  })
})
