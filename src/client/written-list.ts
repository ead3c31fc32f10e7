import type { OwnedShare } from "./list-owned.ts"
import { inMinutes, onOneLine, shortened } from "./printed.ts"

/** Three lines a share. */
export function writeList(shares: readonly OwnedShare[]): string {
  return shares
    .map(({ title, sessionID, url, visibility, views, expiresAt }) => {
      const end = expiresAt === undefined ? "does not expire" : `until ${inMinutes(expiresAt)}`
      const facts = `${visibility}, ${views} ${views === 1 ? "view" : "views"}, ${end}`
      const lines = [shortened(title ?? "") || `Session ${onOneLine(sessionID)}`, `  ${onOneLine(url)}`]
      return `${[...lines, `  ${onOneLine(facts)}`].join("\n")}\n`
    })
    .join("\n")
}
