/** The OpenCode versions that this plugin is known to work with: the oldest and the newest that were tried. */
export const OPENCODE_VERSIONS = { oldest: "1.18.3", newest: "1.18.33" } as const

export type VersionVerdict = "works" | "too_old" | "untried"

export function judgeVersion(version: string): VersionVerdict {
  if (compare(version, OPENCODE_VERSIONS.oldest) < 0) return "too_old"
  // A fix release of what was tried is taken to be like it.
  return compare(minor(version), minor(OPENCODE_VERSIONS.newest)) > 0 ? "untried" : "works"
}

function minor(version: string): string {
  return version.split(".").slice(0, 2).join(".")
}

/** Numbers only; what stands behind them (`-beta.1`) counts as the release. */
function compare(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => (version.match(/\d+/g) ?? []).map(Number))
  for (let i = 0; i < 3; i++) {
    const difference = (left?.[i] ?? 0) - (right?.[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
