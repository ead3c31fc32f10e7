import type { Renaming } from "./fresh-ids.ts"

/** What is otherwise in the imported session than in the one that it comes from. */
export interface Rewriting {
  ids: Renaming
  /** The project's folder there, and here. */
  folder: { from: string; to: string } | undefined
}

/** A function that changes every text in a value, however deep it stands, and nothing else. */
export function createRewriter({ ids, folder }: Rewriting): <T>(value: T) => T {
  const sessions = [...ids].filter(([old]) => old.startsWith("ses_"))
  // Behind it stands what ends a path's piece: /srv/app is no part of /srv/app2.
  const within = folder && new RegExp(`${escaped(folder.from)}(?![A-Za-z0-9_.-])`, "g")

  function text(old: string): string {
    const known = ids.get(old)
    if (known !== undefined) return known
    let next = old
    // Tools name subagents' sessions in their output, for the model to go on with them.
    if (next.includes("ses_")) for (const [from, to] of sessions) next = next.replaceAll(from, () => to)
    return folder && within && next.includes(folder.from) ? next.replace(within, () => folder.to) : next
  }

  function rewrite(value: unknown): unknown {
    if (typeof value === "string") return text(value)
    if (Array.isArray(value)) return value.map(rewrite)
    if (typeof value !== "object" || value === null) return value
    // Keys too: changed files are named by them. `__proto__` stays a key like any other.
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [text(key), rewrite(each)]))
  }

  return <T>(value: T) => rewrite(value) as T
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
}
