import { readBytes } from "./read-bytes.ts"
import type { Variable } from "./variable.ts"

export const QUOTA_VARIABLES = {
  MAX_OWNER_BYTES: {
    about:
      "What all shares of one token, owner's key or address may come to as stored, such as 10GiB; 0 for no limit.",
    fallback: "0",
    parse: readQuota,
  },
  MAX_TOTAL_BYTES: {
    about: "What all shares may come to as stored; 0 for no limit.",
    fallback: "0",
    parse: readQuota,
  },
} as const satisfies Record<string, Variable<number>>

function readQuota(text: string): number {
  return text === "0" ? 0 : readBytes(text)
}
