import { type AuditRow, toAuditLine } from "../protocol/audit.ts"
import type { KeyCrypto } from "./instance-keys.ts"
import type { TrustLog, TrustMachine, TrustStore } from "./ports.ts"

export interface WebhookSettings {
  url: string
  secret: string
}

export interface WebhookDeps extends Pick<WebhookSettings, "url"> {
  store: TrustStore
  machine: TrustMachine
  log: TrustLog
  fetch: typeof fetch
  /** HMAC-SHA-256 of a text under the secret, in lower-case hex. */
  sign(text: string): Promise<string>
}

/** Tells an address of the operator's what is recorded: at least once, in order, one node at a time. */
export interface Webhook {
  /**
   * Sends what waits, unless another node does, or it is too early after a failure. Contract: must not throw. To be
   * called when something was recorded, and every few seconds, for what other nodes have left behind.
   */
  deliver(): Promise<void>
  /** Gives up what is under way; it is sent again by whoever comes next. */
  stop(): Promise<void>
}

const LEASE = "audit webhook"
/** Longer than one request may take, with what the database needs before and after it. */
const LEASE_MS = 30_000
const TIMEOUT_MS = 10_000
const BATCH = 100
const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 300_000

export function createWebhook({ url, store, machine, log, fetch, sign }: WebhookDeps): Webhook {
  const stopping = new AbortController()
  let running: Promise<void> | undefined
  let again = false
  let failures = 0
  let notBefore = 0

  async function send(rows: readonly AuditRow[]): Promise<void> {
    const body = JSON.stringify({ entries: rows.map(toAuditLine) })
    const timestamp = String(machine.now())
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "x-better-share-timestamp": timestamp,
        "x-better-share-signature": `sha256=${await sign(`${timestamp}.${body}`)}`,
      },
      body,
      // What is sent elsewhere was not meant for there.
      redirect: "manual",
      signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), stopping.signal]),
    })
    await response.body?.cancel()
    if (!response.ok) throw new Error(`it answered ${response.status}`)
  }

  /** One batch, forgotten only once it was taken: a crash between the two sends it again. True when more may wait. */
  async function deliverBatch(): Promise<boolean> {
    const now = machine.now()
    const lease = { name: LEASE, until: now + LEASE_MS }
    if (!(await store.takeLease({ ...lease, now }))) return false
    try {
      const rows = await store.outbox(BATCH)
      if (rows.length === 0) return false
      await send(rows)
      await store.forgetSent(rows.map(({ id }) => id))
      return rows.length === BATCH
    } finally {
      await store.endLease(lease)
    }
  }

  async function run(): Promise<void> {
    try {
      do again = false
      while (((await deliverBatch()) || again) && !stopping.signal.aborted)
      failures = 0
    } catch (error) {
      if (stopping.signal.aborted) return
      const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures)
      failures += 1
      notBefore = machine.now() + pause
      // Neither address nor cause: both may hold what is not for a log.
      const reason = error instanceof Error ? error.name : "unknown"
      log.warn({ reason, failures, againInMs: pause }, "the audit's webhook did not take what was sent")
    }
  }

  return {
    deliver() {
      again = true
      if (stopping.signal.aborted || machine.now() < notBefore) return Promise.resolve()
      running ??= run().finally(() => {
        running = undefined
      })
      return running
    },
    async stop() {
      stopping.abort()
      await running
    },
  }
}

/** HMAC-SHA-256 of texts under a secret, in lower-case hex. */
export async function createSigner(
  subtle: Pick<KeyCrypto, "importKey" | "sign">,
  secret: string,
): Promise<(text: string) => Promise<string>> {
  const bytes = (text: string) => new TextEncoder().encode(text)
  const key = await subtle.importKey("raw", bytes(secret), { name: "HMAC", hash: "SHA-256" }, false, ["sign"])
  return async (text) => {
    const signature = new Uint8Array(await subtle.sign("HMAC", key, bytes(text)))
    return Array.from(signature, (byte) => byte.toString(16).padStart(2, "0")).join("")
  }
}
