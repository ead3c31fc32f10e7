import { BlockList, isIP, isIPv4, SocketAddress } from "node:net"

/** Addresses whose word about where a request came from is taken. */
export interface TrustedProxies {
  has(address: string): boolean
}

const LOOPBACK = ["127.0.0.0/8", "::1"]

/** Addresses and ranges as an operator writes them, each in one spelling. Throws a sentence. */
export function readProxies(text: string): string[] {
  return text
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "")
    .flatMap((entry) => (entry.toLowerCase() === "loopback" ? LOOPBACK : readRange(entry)))
}

export function createTrustedProxies(ranges: readonly string[]): TrustedProxies {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = "", prefix] = range.split("/")
    const family = familyOf(address)
    if (prefix === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(prefix), family)
  }
  return {
    has: (address) => isIP(address) !== 0 && list.check(address, familyOf(address)),
  }
}

/** An address in its one spelling; undefined for what is none. IPv4 seen through IPv6 is IPv4, and a zone says nothing. */
export function plainAddress(text: string): string | undefined {
  const [plain = ""] = text.split("%")
  if (isIP(plain) === 0) return undefined
  const { address } = new SocketAddress({ address: plain, family: familyOf(plain) })
  return address.replace(/^::ffff:(?=\d+\.)/, "")
}

function readRange(entry: string): string {
  const [, written = "", bits] = /^([^/]+?)(?:\/(\d{1,3}))?$/.exec(entry) ?? []
  const address = plainAddress(written)
  if (address === undefined) throw notOne(entry)
  if (bits === undefined) return address
  // An IPv4 range written as one of IPv6.
  const prefix = Number(bits) - (isIPv4(address) && !isIPv4(written) ? 96 : 0)
  if (prefix > (isIPv4(address) ? 32 : 128)) throw notOne(entry)
  if (prefix < 1) {
    throw new Error(
      `${JSON.stringify(entry)} is everybody, who could then choose the address that they count as. Name your proxies.`,
    )
  }
  return `${address}/${prefix}`
}

function notOne(entry: string): Error {
  return new Error(
    `each must be an address such as 192.0.2.1, a range such as 10.0.0.0/8, or loopback, not ${JSON.stringify(entry)}.`,
  )
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIPv4(address) ? "ipv4" : "ipv6"
}
