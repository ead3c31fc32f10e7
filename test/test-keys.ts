import { randomBytes, timingSafeEqual } from "node:crypto"
import type { Keys } from "../src/shares/ports.ts"
import { createInstanceKeys } from "../src/trust/instance-keys.ts"

/** An instance's keys, of which there is one. */
export const TEST_KEYS: Keys = createInstanceKeys({
  subtle: crypto.subtle,
  randomBytes: (count) => new Uint8Array(randomBytes(count)),
  equal: (a, b) => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b)),
  masters: [new TextEncoder().encode("the one master key of the tests ")],
})
