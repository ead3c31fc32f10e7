import { expect, test } from "vitest"
import { isInside, networkOf, readAddress, readNetwork, writeNetwork } from "./addresses.ts"

test.each([
  ["192.0.2.77", 24, "192.0.2.0/24"],
  ["::ffff:192.0.2.77", 24, "192.0.2.0/24"],
  ["2001:db8:1:2:3:4:5:6", 48, "2001:db8:1::/48"],
  ["2001:DB8:0:0:1::1%eth0", 128, "2001:db8::1:0:0:1"],
  ["::1", 128, "::1"],
  ["::", 0, "::/0"],
  ["fe80::", 128, "fe80::"],
  ["64:ff9b::192.0.2.33", 128, "64:ff9b::c000:221"],
  ["1:0:2:3:4:5:6:7", 128, "1:0:2:3:4:5:6:7"],
])("the network of %s with %i bits is %s", (text, prefix, expected) => {
  const address = readAddress(text)
  expect(address && writeNetwork(networkOf(address, prefix))).toBe(expected)
})

test.each([
  "",
  "x",
  "1.2.3",
  "1.2.3.256",
  "1::2::3",
  "1:2:3:4:5:6:7",
  "1:2:3:4:5:6:7:8:9",
  "g::",
  "1.2.3.4:80",
])("%j is no address", (text) => {
  expect(readAddress(text)).toBeUndefined()
})

test("a network holds the addresses that begin as it does, and no others", () => {
  const inside = (address: string, network: string) => {
    const [one, all] = [readAddress(address), readNetwork(network)]
    return one && all && isInside(one, all)
  }
  expect(inside("192.0.2.255", "192.0.2.0/24")).toBe(true)
  expect(inside("192.0.3.0", "192.0.2.9/24")).toBe(false)
  expect(inside("::ffff:192.0.2.1", "192.0.2.1")).toBe(true)
  expect(inside("2001:db8::1", "2001:db8::/32")).toBe(true)
  expect(inside("2001:db9::1", "2001:db8::/32")).toBe(false)
  expect(inside("0.0.0.1", "::/0")).toBe(false)
  for (const text of ["192.0.2.0/33", "192.0.2.0/", "192.0.2.0/24/8", "::/129", "/8"]) {
    expect(readNetwork(text), text).toBeUndefined()
  }
})
