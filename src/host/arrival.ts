import type { IncomingMessage } from "node:http"
import * as z from "zod/mini"
import type { Bindings } from "../api/context.ts"
import { isLoopback } from "../protocol/loopback.ts"
import { peerAddress } from "./peer-address.ts"
import { plainAddress, type TrustedProxies } from "./trusted-proxies.ts"

type Arriving = Pick<IncomingMessage, "headers" | "httpVersion"> & {
  socket: { remoteAddress?: string | undefined }
}

/** Where a request comes from, and what whoever passed it on says of it. */
export function readArrival(
  { socket, headers, httpVersion }: Arriving,
  trusted: TrustedProxies,
): Pick<Bindings, "address" | "requestID" | "isLocal"> {
  const { remoteAddress = "" } = socket
  const forwarded = headers["x-forwarded-for"]
  return {
    address: peerAddress(
      { socket: remoteAddress, forwarded: Array.isArray(forwarded) ? forwarded.join() : forwarded },
      trusted,
    ),
    requestID: trusted.has(remoteAddress) ? readRequestID(headers["x-request-id"]) : undefined,
    isLocal:
      isLoopback(plainAddress(remoteAddress) ?? "") &&
      // What speaks 1.0 is a proxy that was told no more than where to: nginx, for one, then names nobody.
      httpVersion !== "1.0" &&
      !PROXY_HEADERS.some((name) => headers[name] !== undefined),
  }
}

/** What proxies say of themselves, each in its own way. */
const PROXY_HEADERS = [
  ...["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-port"],
  ...["x-forwarded-server", "x-real-ip", "x-client-ip", "x-request-id", "cf-connecting-ip", "cdn-loop"],
]

/** It goes into logs and into a header, so it is short and of letters that mean nothing there. */
const requestID = z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{7,63}$/))

function readRequestID(header: unknown): string | undefined {
  const read = requestID.safeParse(header)
  return read.success ? read.data : undefined
}
