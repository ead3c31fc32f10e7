/** An address as a number, and of how many bits. IPv4 seen through an IPv6 socket is IPv4. */
export interface Address {
  bits: 32 | 128
  value: bigint
}

/** All addresses that begin with the same bits. */
export interface Network extends Address {
  prefix: number
}

/** Undefined for what is none. */
export function readAddress(text: string): Address | undefined {
  const [plain = ""] = text.trim().toLowerCase().split("%")
  const v4 = readV4(plain)
  if (v4 !== undefined) return { bits: 32, value: v4 }
  const value = readV6(plain)
  if (value === undefined) return undefined
  // RFC 4291, 2.5.5.2.
  return value >> 32n === 0xffffn ? { bits: 32, value: value & 0xffffffffn } : { bits: 128, value }
}

/** `192.0.2.0/24`, `2001:db8::/48`, or one address. Undefined for what is none. */
export function readNetwork(text: string): Network | undefined {
  const [head = "", tail, ...more] = text.split("/")
  const address = readAddress(head)
  if (!address || more.length > 0) return undefined
  if (tail === undefined) return { ...address, prefix: address.bits }
  const prefix = /^\d{1,3}$/.test(tail) ? Number(tail) : Number.NaN
  return prefix <= address.bits ? networkOf(address, prefix) : undefined
}

/** The network of an address. */
export function networkOf({ bits, value }: Address, prefix: number): Network {
  const rest = BigInt(bits - prefix)
  return { bits, prefix, value: (value >> rest) << rest }
}

export function isInside({ bits, value }: Address, network: Network): boolean {
  return bits === network.bits && networkOf({ bits, value }, network.prefix).value === network.value
}

/** `192.0.2.0/24`; a single address has no prefix behind it. */
export function writeNetwork({ bits, prefix, value }: Network): string {
  const text = bits === 32 ? writeV4(value) : writeV6(value)
  return prefix === bits ? text : `${text}/${prefix}`
}

function readV4(text: string): bigint | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return undefined
  const bytes = text.split(".").map(Number)
  if (bytes.some((byte) => byte > 255)) return undefined
  return bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
}

function readV6(text: string): bigint | undefined {
  const [head = "", tail, ...more] = text.split("::")
  if (!text.includes(":") || more.length > 0) return undefined
  const [before, behind] = [readGroups(head), readGroups(tail ?? "")]
  if (!before || !behind) return undefined
  const missing = 8 - before.length - behind.length
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined
  const groups = [...before, ...Array<bigint>(missing).fill(0n), ...behind]
  return groups.reduce((sum, group) => (sum << 16n) | group, 0n)
}

/** The last two may be written as IPv4. */
function readGroups(text: string): bigint[] | undefined {
  if (text === "") return []
  const groups: bigint[] = []
  const words = text.split(":")
  for (const [at, word] of words.entries()) {
    const v4 = at === words.length - 1 ? readV4(word) : undefined
    if (v4 !== undefined) groups.push(v4 >> 16n, v4 & 0xffffn)
    else if (/^[0-9a-f]{1,4}$/.test(word)) groups.push(BigInt(`0x${word}`))
    else return undefined
  }
  return groups
}

function writeV4(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join(".")
}

/** The longest run of zeros is left out: https://www.rfc-editor.org/rfc/rfc5952#section-4.2 */
function writeV6(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, at) =>
    ((value >> BigInt(112 - 16 * at)) & 0xffffn).toString(16),
  )
  let [start, length] = [0, 1]
  for (let at = 0; at < 8; at++) {
    let end = at
    while (groups[end] === "0") end++
    if (end - at > length) [start, length] = [at, end - at]
  }
  if (length === 1) return groups.join(":")
  return `${groups.slice(0, start).join(":")}::${groups.slice(start + length).join(":")}`
}
