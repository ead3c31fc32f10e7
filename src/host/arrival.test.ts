import { expect, test } from "vitest"
import { readArrival } from "./arrival.ts"
import { createTrustedProxies } from "./trusted-proxies.ts"

const proxy = "192.0.2.1"
const trusted = createTrustedProxies([proxy])
const arrivalOf = (remoteAddress: string, headers: Record<string, string> = {}, httpVersion = "1.1") =>
  readArrival({ socket: { remoteAddress }, headers, httpVersion }, trusted)

test("[OB5] a request's id is taken from a trusted proxy, and from nobody else", () => {
  const headers = { "x-request-id": "an-id-of-the-proxy" }
  expect(arrivalOf(proxy, headers).requestID).toBe("an-id-of-the-proxy")
  expect(arrivalOf("192.0.2.2", headers).requestID).toBeUndefined()
  expect(arrivalOf("127.0.0.1", headers).requestID).toBeUndefined()
})

test.each([
  "",
  "short",
  "x".repeat(65),
  "with a space",
  "a\tb-and-more",
  "Ünicode-of-it",
  "-begins-with-one",
  '{"a":1,"b":2}',
])("[OB5] %j is no request id", (id) => {
  expect(arrivalOf(proxy, { "x-request-id": id }).requestID).toBeUndefined()
})

test("[OB3] what comes from this machine, with no proxy's word in it, is local", () => {
  for (const address of ["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"])
    expect(arrivalOf(address).isLocal, address).toBe(true)
  for (const address of ["192.0.2.2", "10.0.0.1", "::ffff:10.0.0.1", "fe80::1%eth0", ""])
    expect(arrivalOf(address).isLocal, address).toBe(false)
  expect(arrivalOf("127.0.0.1", {}, "1.0").isLocal).toBe(false)
})

test.each(["x-forwarded-for", "forwarded", "via", "x-real-ip", "x-forwarded-proto", "x-request-id"])(
  "[OB3] with %s it is another's",
  (name) => {
    expect(arrivalOf("127.0.0.1", { [name]: "" }).isLocal).toBe(false)
  },
)
