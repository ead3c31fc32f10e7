import { expect, test } from "vitest"
import { createTrustedProxies, readProxies } from "./trusted-proxies.ts"

test("addresses, ranges and the word loopback are read, each in one spelling", () => {
  const read = readProxies(
    " 192.0.2.1, 10.0.0.0/8,,loopback ,2001:DB8:0::/32, ::ffff:192.0.2.7,::ffff:172.16.0.0/108",
  )
  expect(read).toEqual([
    "192.0.2.1",
    "10.0.0.0/8",
    "127.0.0.0/8",
    "::1",
    "2001:db8::/32",
    "192.0.2.7",
    "172.16.0.0/12",
  ])
  expect(readProxies("")).toEqual([])
})

test.each([
  "localhost",
  "10.0.0",
  "10.0.0.0/33",
  "2001:db8::/129",
  "10.0.0.0/8/8",
  "10.0.0.0/",
  "10.0.0.0/-1",
  "/8",
])("%s is told to be none", (text) => {
  expect(() => readProxies(text)).toThrow(/^each must be an address such as .* or loopback, not "/)
})

test.each(["0.0.0.0/0", "::/0", "::ffff:0.0.0.0/96"])("%s would let everybody choose an address", (text) => {
  expect(() => readProxies(text)).toThrow(/is everybody/)
})

test.each([
  ["10.255.0.1", true],
  ["11.0.0.1", false],
  ["::ffff:10.1.2.3", true],
  ["127.8.8.8", true],
  ["::1", true],
  ["2001:db8:ffff::1", true],
  ["2001:db9::1", false],
  ["", false],
  ["no address", false],
])("%s is trusted: %s", (address, trusted) => {
  expect(createTrustedProxies(readProxies("10.1.1.1/8, loopback, 2001:db8::/32")).has(address)).toBe(trusted)
})
