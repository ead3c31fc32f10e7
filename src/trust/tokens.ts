import type { AuditOrigin } from "../protocol/audit.ts"
import { ShareError } from "../protocol/errors.ts"
import { randomBase62 } from "../protocol/ids.ts"
import type { TokenRow, TrustLog, TrustMachine, TrustStore } from "./ports.ts"

/** A token that may create, as shares and the audit know it. */
export interface KnownToken {
  id: string
  name: string
  /** What its shares have as their creator. */
  creator: string
}

/** One of a list: of the environment, or made here. Times are milliseconds since the epoch. */
export interface ListedToken extends KnownToken {
  createdAt?: number | undefined
  revokedAt?: number | undefined
  lastUsedAt?: number | undefined
}

export interface Tokens {
  /** Undefined for what is no token of this server's, or was revoked. */
  identify(text: string): Promise<KnownToken | undefined>
  /** `text` is shown this once. Throws `conflict` for a name that was given before. */
  create(request: { name: string; by: AuditOrigin }): Promise<{ token: ListedToken; text: string }>
  /** The newest first, behind those of the environment. */
  list(): Promise<ListedToken[]>
  /** From then on it creates nothing. Repeatable. Throws `not_found`, `conflict` for one of the environment. */
  revoke(request: { id: string; by: AuditOrigin }): Promise<ListedToken>
}

export interface TokensDeps {
  store: TrustStore
  machine: TrustMachine
  log: TrustLog
  /** Those of the environment: `env-1`, `env-2` and so on, in its order. */
  configured: readonly string[]
}

/** So that whoever finds one somewhere, or looks for them, knows what it is. */
const PREFIX = "bst_"
const LENGTH = 32
/** A token's last use is noted so often at most. */
const USE_MS = 60_000

/** Tokens are random, so a plain hash keeps them. */
export function createTokens({ store, machine, log, configured }: TokensDeps): Tokens {
  const hashOf = (text: string) => machine.hash(`create-token:${text}`)
  const creatorOf = (text: string) => machine.hash(`token:${text}`)
  const environment = configured.map((text, at) => ({
    id: `env-${at + 1}`,
    name: `env-${at + 1}`,
    hash: hashOf(text),
    creator: creatorOf(text),
  }))
  /** When this process last noted a use, by token. */
  const noted = new Map<string, number>()

  async function noteUse(id: string): Promise<void> {
    const now = machine.now()
    if (now - (noted.get(id) ?? 0) < USE_MS) return
    noted.set(id, now)
    // Nobody is refused because it could not be written down.
    await store.useToken({ id, at: now, unlessSince: now - USE_MS }).catch((err) => {
      log.warn({ err, token: id }, "could not note the use of a token")
    })
  }

  return {
    async identify(text) {
      const hash = hashOf(text)
      let known: KnownToken | undefined
      for (const { hash: own, ...token } of environment) {
        if (machine.equal(own, hash)) known = token
      }
      if (known) return known
      const row = await store.findToken(hash)
      if (!row || row.revokedAt !== undefined) return undefined
      await noteUse(row.id)
      return { id: row.id, name: row.name, creator: row.creator }
    },

    async create({ name, by }) {
      const text = PREFIX + randomBase62(LENGTH, machine.randomBytes)
      const at = machine.now()
      const row: TokenRow = {
        id: randomBase62(16, machine.randomBytes),
        name,
        hash: hashOf(text),
        creator: creatorOf(text),
        createdAt: at,
        revokedAt: undefined,
        lastUsedAt: undefined,
      }
      const audit = { ...by, at, event: "token_created", details: { token: name } } as const
      if (!(await store.createToken(row, audit))) {
        throw new ShareError(
          "conflict",
          `There is or was a token named ${name}: choose another name, so that the audit tells one from the other.`,
        )
      }
      return { token: listed(row), text }
    },

    async list() {
      const made = (await store.tokens()).map(listed)
      return [...environment.map(({ hash: _, ...token }) => token), ...made]
    },

    async revoke({ id, by }) {
      if (environment.some((token) => token.id === id)) {
        throw new ShareError("conflict", `${id} stands in CREATE_TOKENS: take it out there, and start again.`)
      }
      const row = await store.revokeToken({ id, audit: { ...by, at: machine.now(), event: "token_revoked" } })
      if (!row) throw new ShareError("not_found", "There is no such token.")
      return listed(row)
    },
  }
}

function listed({ hash: _, ...token }: TokenRow): ListedToken {
  return token
}
