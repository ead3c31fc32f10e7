/** Whether a JSON value has more than so many levels: what walks it later, walks it by recursion. */
export function nestsDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false
  if (levels === 0) return true
  for (const inner of Object.values(value)) if (nestsDeeper(inner, levels - 1)) return true
  return false
}
