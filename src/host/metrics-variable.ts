import type { Variable } from "./variable.ts"

export const METRICS_VARIABLE = {
  METRICS_TOKEN: {
    about:
      "What reads /metrics, as a bearer token of 16 or more letters, digits, _ or -. Default: the admin token does, and whoever asks from this machine itself.",
    fallback: "",
    parse: readMetricsToken,
  },
} as const satisfies Record<string, Variable<unknown>>

/** Never quoted. */
function readMetricsToken(text: string): string | undefined {
  if (text === "") return undefined
  if (!/^[A-Za-z0-9_-]{16,256}$/.test(text)) {
    throw new Error("must be 16 to 256 letters, digits, _ or - (try `openssl rand -hex 24`).")
  }
  return text
}
