import { expect, test } from "vitest"
import { peerAddress } from "./peer-address.ts"
import { createTrustedProxies, readProxies } from "./trusted-proxies.ts"

const trusted = createTrustedProxies(readProxies("loopback, 10.0.0.0/8, 2001:db8:1::/48"))
const peer = (socket: string, forwarded?: string) => peerAddress({ socket, forwarded }, trusted)

test.each([
  ["nobody trusted said so", "203.0.113.9", "198.51.100.1", "203.0.113.9"],
  ["nothing is said", "127.0.0.1", undefined, "127.0.0.1"],
  ["one proxy", "127.0.0.1", "198.51.100.1", "198.51.100.1"],
  ["what the client itself claimed is not read", "127.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"],
  ["several proxies", "127.0.0.1", "1.1.1.1,198.51.100.1, 10.0.0.3, 10.0.0.2", "198.51.100.1"],
  ["all of them trusted", "127.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"],
  ["a socket that speaks IPv6", "::ffff:127.0.0.1", "198.51.100.1", "198.51.100.1"],
  ["IPv4 in IPv6", "127.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"],
  ["the same in hexadecimal", "127.0.0.1", "::ffff:c633:6401", "198.51.100.1"],
  ["a proxy in IPv4 in IPv6", "127.0.0.1", "198.51.100.1, ::ffff:10.0.0.1", "198.51.100.1"],
  ["a port", "127.0.0.1", "198.51.100.1:4711", "198.51.100.1"],
  ["IPv6", "2001:db8:1::5", "2001:DB8:2:0::7", "2001:db8:2::7"],
  ["IPv6 with a port", "127.0.0.1", "[2001:db8:2::7]:4711", "2001:db8:2::7"],
  ["IPv6 in brackets", "127.0.0.1", "[2001:db8:2::7]", "2001:db8:2::7"],
  ["IPv6 with a zone", "127.0.0.1", "fe80::7%eth0", "fe80::7"],
  ["an empty header", "127.0.0.1", "", "127.0.0.1"],
  ["nothing but commas", "127.0.0.1", " , ,", "127.0.0.1"],
  ["garbage", "127.0.0.1", "198.51.100.1, unknown", "127.0.0.1"],
  ["garbage behind a proxy", "127.0.0.1", "198.51.100.1, x, 10.0.0.2", "10.0.0.2"],
  ["garbage before who counts", "127.0.0.1", "<script>, 198.51.100.1", "198.51.100.1"],
  ["another header's form", "127.0.0.1", "for=198.51.100.1", "127.0.0.1"],
  ["a socket without an address", "", "198.51.100.1", ""],
])("%s", (_, socket, forwarded, expected) => {
  expect(peer(socket, forwarded)).toBe(expected)
})
