/**
 * What counts as one address. A single machine has as many IPv6 addresses as it likes, all with the first 64 bits of
 * its network (RFC 4291, 2.5.1); IPv4 seen through an IPv6 socket is IPv4.
 */
export function networkOf(address: string): string {
  const [plain = ""] = address.toLowerCase().split("%")
  const [, mapped] = /^::ffff:(\d+(?:\.\d+){3})$/.exec(plain) ?? []
  if (mapped !== undefined) return mapped
  if (!plain.includes(":")) return plain
  const [head = "", tail] = plain.split("::")
  const [before, behind] = [groupsOf(head), groupsOf(tail ?? "")]
  const left = Array<string>(Math.max(0, 8 - before.length - behind.length)).fill("0")
  return `${[...before, ...left, ...behind].slice(0, 4).join(":")}::/64`
}

function groupsOf(text: string): string[] {
  if (text === "") return []
  return text.split(":").map((group) => group.replace(/^0+(?=.)/, ""))
}
