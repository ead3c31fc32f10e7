import type { OwnedSharesAnswer } from "../../protocol/routes.ts"

export type OwnedShare = OwnedSharesAnswer["shares"][number]

/** What steers a terminal, or turns the order of what it shows. */
const STEERING = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+/gu

/** On one line, as it may be printed: titles are written by models, and answers by servers. */
export function onOneLine(text: string): string {
  return text.replace(STEERING, " ").trim()
}

/** Three lines a share. */
export function writeList(shares: readonly OwnedShare[]): string {
  return shares
    .map(({ title, sessionID, url, visibility, views, expiresAt }) => {
      const end = expiresAt === undefined ? "does not expire" : `until ${inMinutes(expiresAt)}`
      const facts = `${visibility}, ${views} ${views === 1 ? "view" : "views"}, ${end}`
      const lines = [onOneLine(title ?? "") || `Session ${onOneLine(sessionID)}`, `  ${onOneLine(url)}`]
      return `${[...lines, `  ${onOneLine(facts)}`].join("\n")}\n`
    })
    .join("\n")
}

/** One array. */
export function writeJson(shares: readonly OwnedShare[]): string {
  const text = JSON.stringify(shares, null, 2)
  const inAscii = (char: string) =>
    char === "\n" ? char : `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`
  return `${text.replace(STEERING, (run) => [...run].map(inAscii).join(""))}\n`
}

/** `2030-12-31T10:00:00.000Z` → `2030-12-31 10:00 UTC` */
function inMinutes(moment: string): string {
  return `${moment.slice(0, 16).replace("T", " ")} UTC`
}
