import type { AuditOrigin } from "../protocol/audit.ts"
import { ShareError } from "../protocol/errors.ts"
import { isInside, readAddress, readNetwork, writeNetwork } from "./addresses.ts"
import type { BlockID, BlockRow, TrustMachine, TrustStore } from "./ports.ts"
import type { Tokens } from "./tokens.ts"

/** Somebody who wants to create, or to change a share: what of them is known. */
export interface Suspect {
  /** The peer's. */
  address?: string
  tokenID?: string | undefined
  creator?: string | undefined
}

/** Addresses, tokens and creators that may not create or change anything here. Reading is everybody's. */
export interface Blocks {
  /** The newest first. */
  list(): Promise<BlockRow[]>
  /** Repeatable; the first reason stays. Throws `invalid_request` for what is no network, `not_found` for no token. */
  add(request: BlockID & { reason?: string | undefined; by: AuditOrigin }): Promise<BlockRow>
  /** Throws `not_found`. */
  remove(request: BlockID & { by: AuditOrigin }): Promise<void>
  /** Throws `forbidden` when one of these is blocked. */
  refuse(suspect: Suspect): Promise<void>
}

export interface BlocksDeps {
  store: TrustStore
  machine: TrustMachine
  tokens: Tokens
}

/** A node looks so often at most: a block holds everywhere within a second. */
const KEPT_MS = 1_000

export function createBlocks({ store, machine, tokens }: BlocksDeps): Blocks {
  let kept: { at: number; rows: Promise<BlockRow[]> } | undefined

  function current(): Promise<BlockRow[]> {
    const at = machine.now()
    const age = kept ? at - kept.at : Number.NaN
    // A clock may be set back.
    if (kept && age >= 0 && age < KEPT_MS) return kept.rows
    const fresh = { at, rows: store.blocks() }
    kept = fresh
    // What could not be read is read again by the next who asks.
    fresh.rows.catch(() => {
      if (kept === fresh) kept = undefined
    })
    return fresh.rows
  }

  /** In its one spelling. */
  function readValue({ kind, value }: BlockID): string {
    if (kind !== "address") return value
    const network = readNetwork(value)
    if (!network) {
      throw new ShareError("invalid_request", "value: must be an address, or a network such as 192.0.2.0/24.")
    }
    return writeNetwork(network)
  }

  return {
    list: () => store.blocks(),

    async add({ reason, by, ...id }) {
      const value = readValue(id)
      if (id.kind === "token" && !(await tokens.list()).some((token) => token.id === value)) {
        throw new ShareError("not_found", "There is no such token: a block goes by its id.")
      }
      const at = machine.now()
      const details = { kind: id.kind, value }
      const row = await store.addBlock(
        { kind: id.kind, value, reason, createdAt: at },
        { ...by, at, event: "blocked", details },
      )
      kept = undefined
      return row
    },

    async remove({ by, ...id }) {
      const named = { kind: id.kind, value: readValue(id) }
      const audit = { ...by, at: machine.now(), event: "unblocked", details: named } as const
      if (!(await store.removeBlock(named, audit))) {
        throw new ShareError("not_found", "There is no such block.")
      }
      kept = undefined
    },

    async refuse({ address, tokenID, creator }) {
      const rows = await current()
      if (rows.length === 0) return
      const peer = address === undefined ? undefined : readAddress(address)
      const holds = ({ kind, value }: BlockRow): boolean => {
        if (kind === "token") return value === tokenID
        if (kind === "creator") return value === creator
        const network = readNetwork(value)
        return peer !== undefined && network !== undefined && isInside(peer, network)
      }
      const block = rows.find(holds)
      if (block) throw blocked(block)
    },
  }
}

const BLOCKED: Record<BlockRow["kind"], string> = {
  address: "Your address may not create or change shares here",
  token: "The token may not create or change shares here",
  creator: "Whoever this share is of may not create or change shares here",
}

function blocked({ kind, reason }: BlockRow): ShareError {
  const why = reason === undefined ? "" : ` (${reason})`
  return new ShareError("forbidden", `${BLOCKED[kind]}${why}. Ask who runs this server.`)
}
