import type { AuditEntry, AuditOrigin, AuditRow } from "../protocol/audit.ts"
import { networkOf, readAddress, writeNetwork } from "./addresses.ts"
import { fromBase64Url } from "./base64url.ts"
import { createFailedSecrets, type FailedSecret } from "./failed-secrets.ts"
import type { InstanceKeys } from "./instance-keys.ts"
import type { AuditQuery, TrustMachine, TrustStore } from "./ports.ts"

/** How much of an address the audit keeps. */
export type AddressPolicy = "full" | "truncated" | "hashed"

/** A record of what was done here, that grows and is never changed. */
export interface Audit {
  /** For what is written with nothing else; what changes something is recorded in the transaction that changes it. */
  record(entry: Omit<AuditEntry, "at">): Promise<void>
  /** Who asks, as it is recorded. `address` is the peer's. */
  origin(peer: { actor: string; address: string; requestID?: string | undefined }): Promise<AuditOrigin>
  /** Counts what was tried in vain; `address` is the peer's. Contract: does not throw. */
  failed(failed: FailedSecret & { address: string }): Promise<void>
  /** In the order in which it was recorded. */
  read(query: AuditQuery): AsyncIterable<AuditRow[]>
  /** The newest first; `after` is the id of the last that was seen. */
  page(query: AuditQuery & { after?: number | undefined; limit: number }): Promise<AuditRow[]>
  /** To be called about every minute: records what was counted. `all`: for the last time. */
  flush(options?: { all: boolean }): Promise<void>
}

export interface AuditDeps {
  store: TrustStore
  keys: InstanceKeys
  machine: TrustMachine
  addresses: AddressPolicy
}

const PAGE = 500

export function createAudit({ store, keys, machine, addresses }: AuditDeps): Audit {
  const failures = createFailedSecrets(machine)

  async function kept(address: string): Promise<string | undefined> {
    const parsed = readAddress(address)
    if (!parsed) return undefined
    const full = writeNetwork(networkOf(parsed, parsed.bits))
    switch (addresses) {
      case "full":
        return full
      case "truncated":
        return writeNetwork(networkOf(parsed, parsed.bits === 32 ? 24 : 48))
      case "hashed":
        // Under a key: all addresses of a plain hash could be tried in an hour.
        return `hashed:${(await keys.mac("audit address", full)).slice(0, 22)}`
    }
  }

  return {
    record: (entry) => store.recordAudit([{ ...entry, at: machine.now() }]),
    async origin({ actor, address, requestID }) {
      return { actor, address: await kept(address), requestID }
    },
    async failed({ address, ...failed }) {
      failures.count({ ...failed, address: await kept(address) })
    },
    async *read(query) {
      let after: number | undefined
      for (;;) {
        const rows = await store.readAudit({ ...query, after, limit: PAGE })
        if (rows.length > 0) yield rows
        if (rows.length < PAGE) return
        after = rows.at(-1)?.id ?? after
      }
    },
    page: (query) => store.readAudit({ ...query, newestFirst: true }),
    async flush(options) {
      const due = failures.take(options)
      if (due.length > 0) await store.recordAudit(due)
    },
  }
}

/** An owner as an actor: enough to tell some from others, and not the hash that their shares have. */
export function ownerActor(creator: string): string {
  const bytes = fromBase64Url(creator) ?? new Uint8Array()
  return `owner:${Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join("")}`
}
