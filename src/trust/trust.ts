import { type Admin, createAdmin } from "./admin.ts"
import { type AddressPolicy, type Audit, createAudit } from "./audit.ts"
import { type Blocks, createBlocks } from "./blocks.ts"
import { createInstanceKeys, type InstanceKeys, type KeyCrypto } from "./instance-keys.ts"
import type { Totals, TrustLog, TrustMachine, TrustStore } from "./ports.ts"
import { createSessions, type Sessions } from "./sessions.ts"
import { createTokens, type Tokens } from "./tokens.ts"
import { createSigner, createWebhook, type WebhookSettings } from "./webhook.ts"

export interface TrustDeps {
  store: TrustStore
  machine: TrustMachine
  subtle: KeyCrypto
  log: TrustLog
  fetch: typeof fetch
  /** The instance's master keys, the newest first. */
  masters: readonly Uint8Array<ArrayBuffer>[]
  auditAddresses: AddressPolicy
  /** Undefined: nobody is told. */
  webhook: WebhookSettings | undefined
  /** Of the environment. */
  createTokens: readonly string[]
}

/** Who may do what here, and a record of it. */
export interface Trust {
  keys: InstanceKeys
  sessions: Sessions
  audit: Audit
  tokens: Tokens
  admin: Admin
  blocks: Blocks
  /** What there is, as the operator sees it. */
  listShares: TrustStore["listShares"]
  totals(): Promise<Totals & { webhook: number }>
  /** To be called about every minute. */
  upkeep(): Promise<void>
  /** To be called every few seconds: tells the webhook what other nodes have left behind. Contract: does not throw. */
  deliver(): Promise<void>
  /** Records what is only counted so far, and gives up what is under way. */
  stop(): Promise<void>
}

export async function createTrust(deps: TrustDeps): Promise<Trust> {
  const { store, machine, subtle, masters } = deps
  const { randomBytes, equal } = machine
  const keys = createInstanceKeys({ subtle, randomBytes, equal, masters })
  const sessions = createSessions({ store, keys, machine })
  const audit = createAudit({ store, keys, machine, addresses: deps.auditAddresses })
  const tokens = createTokens({ ...deps, configured: deps.createTokens })
  const webhook =
    deps.webhook &&
    createWebhook({ ...deps, ...deps.webhook, sign: await createSigner(subtle, deps.webhook.secret) })
  if (webhook) {
    await store.startOutbox()
    store.onAudit(() => void webhook.deliver())
  }

  return {
    keys,
    sessions,
    audit,
    admin: createAdmin({ store, machine }),
    listShares: store.listShares,
    totals: async () => ({ ...(await store.totals()), webhook: await store.countOutbox() }),
    tokens,
    blocks: createBlocks({ store, machine, tokens }),
    async upkeep() {
      await sessions.forgetExpired()
      await audit.flush()
    },
    deliver: async () => webhook?.deliver(),
    async stop() {
      await audit.flush({ all: true })
      await webhook?.stop()
    },
  }
}
