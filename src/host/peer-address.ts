import { plainAddress, type TrustedProxies } from "./trusted-proxies.ts"

export interface Arrival {
  /** The connection's other end, as the socket has it. */
  socket: string
  /** `X-Forwarded-For`, several joined by commas as they came. */
  forwarded: string | undefined
}

/**
 * The address that a request counts as coming from. Each proxy adds, at the end of `X-Forwarded-For`, whom it heard the
 * request from; so the header is read from its end, for as long as the one who wrote an entry is trusted. What stands
 * before that may be anybody's invention, and so may what is no address: it is where reading stops.
 */
export function peerAddress({ socket, forwarded }: Arrival, trusted: TrustedProxies): string {
  let peer = socket
  if (!forwarded) return peer
  const entries = forwarded.split(",")
  while (entries.length > 0 && trusted.has(peer)) {
    const named = readEntry(entries.pop() ?? "")
    if (named === undefined) break
    peer = named
  }
  return peer
}

/** Some proxies add the port, and then brackets around IPv6. */
function readEntry(text: string): string | undefined {
  const entry = text.trim()
  const [, address] = /^\[([^\]]+)\](?::\d{1,5})?$/.exec(entry) ?? /^([\d.]+):\d{1,5}$/.exec(entry) ?? []
  return plainAddress(address ?? entry)
}
