import { createHmac } from "node:crypto"
import type { Keys } from "../src/shares/ports.ts"

/** An instance's keys, of which there is one. */
export const TEST_KEYS: Keys = {
  async macs(purpose, text) {
    return [createHmac("sha256", `a key of the tests for ${purpose}`).update(text).digest("base64url")]
  },
}
