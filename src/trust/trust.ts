import { createInstanceKeys, type InstanceKeys, type KeyCrypto } from "./instance-keys.ts"
import type { TrustMachine, TrustStore } from "./ports.ts"
import { createSessions, type Sessions } from "./sessions.ts"

export interface TrustDeps {
  store: TrustStore
  machine: TrustMachine
  subtle: KeyCrypto
  /** The instance's master keys, the newest first. */
  masters: readonly Uint8Array<ArrayBuffer>[]
}

/** Who may do what here, and a record of it. */
export interface Trust {
  keys: InstanceKeys
  sessions: Sessions
  /** To be called about every minute. */
  upkeep(): Promise<void>
}

export function createTrust({ store, machine, subtle, masters }: TrustDeps): Trust {
  const { randomBytes, equal } = machine
  const keys = createInstanceKeys({ subtle, randomBytes, equal, masters })
  const sessions = createSessions({ store, keys, machine })
  return { keys, sessions, upkeep: sessions.forgetExpired }
}
