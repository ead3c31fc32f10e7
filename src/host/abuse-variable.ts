import type { Variable } from "./variable.ts"

export const ABUSE_VARIABLE = {
  ABUSE_URL: {
    about:
      "Where readers report abuse, such as https://example.com/report or mailto:abuse@example.com. Default: there is no link for it.",
    fallback: "",
    parse: readAbuseUrl,
  },
} as const satisfies Record<string, Variable<unknown>>

function readAbuseUrl(text: string): string | undefined {
  if (text === "") return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  const mail = url?.protocol === "mailto:" && url.pathname.includes("@")
  if (!url || !(mail || (url.protocol === "https:" && url.username === "" && url.password === ""))) {
    throw new Error(
      `must be an address such as https://example.com/report or mailto:abuse@example.com, not ${JSON.stringify(text)}.`,
    )
  }
  return url.href
}
