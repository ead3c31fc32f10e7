import type { Span } from "./rule.ts"

/**
 * Spans that overlap become one, from the first character to the last: what two rules take for a secret is hidden
 * whole. It is called what the one of the lowest rank, or the longest of those, says. A path in a secret is part of it.
 */
export function mergeSpans(spans: readonly Span[]): Span[] {
  const merged: Span[] = []
  const secrets = spans.filter((span) => span.replacement === undefined && span.end > span.start)
  for (const span of secrets.sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = merged.at(-1)
    if (last === undefined || span.start >= last.end) {
      merged.push({ ...span })
      continue
    }
    const better = span.rank < last.rank || (span.rank === last.rank && span.value.length > last.value.length)
    if (better) Object.assign(last, { kind: span.kind, value: span.value, rank: span.rank })
    last.end = Math.max(last.end, span.end)
  }
  const paths = spans.filter((span) => span.replacement !== undefined && !overlaps(merged, span))
  if (paths.length === 0) return merged
  let end = 0
  for (const path of paths.sort((a, b) => a.start - b.start || b.end - a.end)) {
    if (path.start < end) continue
    merged.push(path)
    end = path.end
  }
  return merged.sort((a, b) => a.start - b.start)
}

function overlaps(merged: readonly Span[], { start, end }: Span): boolean {
  return merged.some((other) => other.start < end && start < other.end)
}
