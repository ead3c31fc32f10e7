/**
 * SQLSTATEs, or the classes they begin with, of what passes by itself.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const PASSING = [
  "08", // connection exception
  "53", // insufficient resources: connections, memory, disk
  "57P", // shutdown, crash, starting up
  "57014", // statement_timeout
  "55P03", // lock_timeout
  "40001", // serialization failure
  "40P01", // deadlock
  "25006", // read-only: this server is no longer the primary
  "25P03", // idle_in_transaction_session_timeout
]

/** Node's codes for a host that cannot be reached now. */
const NETWORK = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EMFILE",
  "ENFILE",
])

/** What pg and pg-pool say of a connection without giving a code. */
const LOST = /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying)/

/** True when the same statement may succeed later. */
export function isRetryable(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code } = error as { code?: unknown }
  if (typeof code !== "string") return LOST.test(error.message)
  return NETWORK.has(code) || PASSING.some((prefix) => code.startsWith(prefix))
}
