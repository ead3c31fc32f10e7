import type { Server } from "node:http"
import type { Socket } from "node:net"
import { networkOf } from "../api/network.ts"
import type { TrustedProxies } from "./trusted-proxies.ts"

/** Connections at once; 0 is no limit. */
export interface ConnectionLimits {
  perAddress: number
  total: number
}

const REFUSAL =
  "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 5\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

/**
 * Closes connections beyond what one address, or all together, may have. Trusted proxies hold those of many, and are
 * bounded by the total alone. Nothing of such a connection is read.
 */
export function limitConnections(
  server: Server,
  { perAddress, total, trusted }: ConnectionLimits & { trusted: TrustedProxies },
): void {
  if (total > 0) server.maxConnections = total
  if (perAddress === 0) return
  const open = new Map<string, number>()

  server.on("connection", (socket: Socket) => {
    // It may have gone again by now.
    if (socket.remoteAddress === undefined || trusted.has(socket.remoteAddress)) return
    const address = networkOf(socket.remoteAddress)
    const count = open.get(address) ?? 0
    if (count >= perAddress) {
      socket.write(REFUSAL)
      socket.destroy()
      return
    }
    open.set(address, count + 1)
    socket.once("close", () => {
      const left = (open.get(address) ?? 1) - 1
      if (left > 0) open.set(address, left)
      else open.delete(address)
    })
  })
}
