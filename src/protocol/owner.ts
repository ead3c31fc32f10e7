import { isLoopback } from "./loopback.ts"

/**
 * An owner is an Ed25519 key pair that its owner keeps on their machines. It signs what it asks for, so that shares
 * are its own from whatever machine and address, and can be given again when their secrets are lost.
 */
export interface OwnerStatement {
  /** `list` and `enter` are of all that the owner has, and of no session. */
  action: "create" | "recover" | "list" | "enter"
  /** The server that is asked, as its owner knows it: the origin of its address, whatever stands behind that. */
  baseUrl: string
  sessionID?: string | undefined
  /** The id that the client brings, where it does. */
  shareID?: string | undefined
  /** When it was signed. Milliseconds since the epoch. */
  at: number
}

/** How far the signer's clock and the server's may be apart. */
export const OWNER_WINDOW_MS = 10 * 60_000

/** The exact text that is signed. None of its fields can hold a line's end. */
export function ownerStatement({ action, baseUrl, sessionID, shareID, at }: OwnerStatement): string {
  return [
    "Better Share owner 1",
    `action ${action}`,
    `server ${new URL(baseUrl).origin}`,
    `session ${sessionID ?? ""}`,
    `share ${shareID ?? ""}`,
    `at ${at}`,
    "",
  ].join("\n")
}

/**
 * The addresses that a server takes statements for: its own, and no other, since whoever is asked may otherwise pass a
 * statement on. What is its own it knows from its configuration and never from a request, which says what it likes.
 * Only where it is at home on a loopback address anyway, one name of that is as good as another.
 * @param asked the address of the request
 */
export function ownersServers(baseUrl: string, asked: string): string[] {
  const [own, other] = [new URL(baseUrl), new URL(asked)]
  const alike = isLoopback(own.hostname) && isLoopback(other.hostname) && own.port === other.port
  return alike && other.origin !== own.origin ? [own.origin, other.origin] : [own.origin]
}
