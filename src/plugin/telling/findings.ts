import type { Finding } from "../../redaction/redactor.ts"

/** Kinds and counts, never values: `2 × github-token, 1 × private-key`. Each placeholder counts once. */
export function countKinds(findings: Iterable<Finding>, most = 6): string {
  const placeholders = new Map(Array.from(findings, ({ placeholder, kind }) => [placeholder, kind]))
  const counts = new Map<string, number>()
  for (const kind of placeholders.values()) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  const sorted = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
  const more = sorted.slice(most).reduce((sum, [, count]) => sum + count, 0)
  const lines = sorted.slice(0, most).map(([kind, count]) => `${count} × ${kind}`)
  return [...lines, ...(more > 0 ? [`${more} others`] : [])].join(", ")
}

/** Where they are, the first few of them. */
export function listPlaces(findings: readonly Finding[], most = 5): string {
  const lines = findings.slice(0, most).map(({ kind, place }) => `${kind} in ${place}`)
  const more = findings.length - lines.length
  return [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join("; ")
}
