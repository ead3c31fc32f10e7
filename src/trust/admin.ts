import type { AuditOrigin } from "../protocol/audit.ts"
import { randomBase62 } from "../protocol/ids.ts"
import type { TrustMachine, TrustStore } from "./ports.ts"

/** The operator's own token, which opens the admin API. There is one at a time. */
export interface Admin {
  /** The token, when there was none before: shown this once. */
  begin(): Promise<string | undefined>
  check(text: string): Promise<boolean>
  /** A new one; the one before opens nothing any more, and browsers that it let in are out. Shown this once. */
  rotate(by: AuditOrigin): Promise<string>
}

const NAME = "admin-token"
/** So that whoever finds one somewhere, or looks for them, knows what it is. */
const PREFIX = "bsa_"
const LENGTH = 40

/** It is random, so a plain hash keeps it. */
export function createAdmin({ store, machine }: { store: TrustStore; machine: TrustMachine }): Admin {
  const hashOf = (text: string) => machine.hash(`admin-token:${text}`)
  const createText = () => PREFIX + randomBase62(LENGTH, machine.randomBytes)

  return {
    async begin() {
      if ((await store.readInstance(NAME)) !== undefined) return undefined
      const text = createText()
      const hash = hashOf(text)
      // Of nodes that start at once, one shows its own.
      return (await store.keepInstance(NAME, hash)) === hash ? text : undefined
    },
    async check(text) {
      const kept = await store.readInstance(NAME)
      return kept !== undefined && machine.equal(kept, hashOf(text))
    },
    async rotate(by) {
      const text = createText()
      const audit = { ...by, at: machine.now(), event: "admin_token_rotated" } as const
      await store.replaceAdmin({ name: NAME, value: hashOf(text), audit })
      return text
    },
  }
}
