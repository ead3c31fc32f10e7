import { Socket } from "node:net"
import type { ClientConfig } from "pg"

export interface ConnectionOptions {
  /** `postgres://user:password@host:port/database?sslmode=…`, as libpq reads it. */
  url: string
  /** Shown in pg_stat_activity. */
  name: string
  /** Milliseconds without a byte after which the connection counts as dead; without it, it may be silent for ever. */
  silence?: number
}

const CONNECT_MS = 5_000

/** What every connection to PostgreSQL has in common. */
export function connectionConfig({ url, name, silence }: ConnectionOptions): ClientConfig {
  return {
    connectionString: withStandardTls(url),
    application_name: name,
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    ...(silence === undefined ? {} : { stream: () => impatientSocket(silence) }),
  }
}

/** A host that vanished sends nothing, not even an end; with pg's own query_timeout such a connection stays in use. */
function impatientSocket(silence: number): Socket {
  const socket = new Socket()
  return socket.setTimeout(silence, () => socket.destroy(new Error("Connection terminated: no answer")))
}

/**
 * The `sslmode`s as PostgreSQL defines them: `require` encrypts, `verify-ca` and `verify-full` also check the
 * server's certificate. pg 8 without this takes all of them for `verify-full`, which the self-signed certificates of
 * many a managed database fail. https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-SSLMODE-STATEMENTS
 */
export function withStandardTls(url: string): string {
  const parsed = new URL(url)
  const mode = parsed.searchParams.get("sslmode")
  if (mode !== null && mode !== "no-verify") parsed.searchParams.set("uselibpqcompat", "true")
  return parsed.href
}

/** The database's place for messages, without user and password. */
export function describeDatabase(url: string): string {
  const { hostname, port, pathname } = new URL(url)
  return `${hostname || "localhost"}:${port || "5432"}${pathname}`
}

/** One sentence on why PostgreSQL cannot be used, without the password. */
export function unusable(url: string, cause: unknown): Error {
  return new Error(`PostgreSQL at ${describeDatabase(url)} cannot be used: ${reasonOf(cause)}.`, { cause })
}

/** Of several addresses that all refuse, Node's error has a code and an empty message. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  return cause.message || String((cause as NodeJS.ErrnoException).code ?? cause.name)
}
