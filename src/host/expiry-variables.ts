import { readSpan } from "../protocol/expiry.ts"
import { readSwitch, type Variable } from "./variable.ts"

export const EXPIRY_VARIABLES = {
  DEFAULT_EXPIRY: {
    about: "How long a share stays whose creator says nothing, such as 30d. Default: until it is revoked.",
    fallback: "",
    parse: readExpirySpan,
  },
  MAX_EXPIRY: {
    about: "The longest that any share may stay, such as 365d. Default: until it is revoked.",
    fallback: "",
    parse: readExpirySpan,
  },
  PUBLIC_LIST: {
    about: "Whether shares that their owners made public are listed at /sessions: on or off.",
    fallback: "off",
    parse: readSwitch,
  },
} as const satisfies Record<string, Variable<unknown>>

/** Milliseconds. */
function readExpirySpan(text: string): number | undefined {
  if (text === "") return undefined
  const span = readSpan(text)
  if (span === undefined)
    throw new Error(`must be a time such as 12h, 30d or 8w, not ${JSON.stringify(text)}.`)
  return span
}
