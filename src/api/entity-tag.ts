/** Whether an `If-None-Match` header (RFC 9110, 13.1.2) names this tag, by weak comparison as a GET does. */
export function namesTag(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false
  if (header.trim() === "*") return true
  return header.split(",").some((member) => member.trim().replace(/^W\//, "") === tag)
}
