import type { LockSettings } from "../api/lock.ts"
import type { Variable } from "./variable.ts"

/** Both, or none. */
export const LOCK_VARIABLES = {
  SERVER_USERNAME: {
    about:
      "Locks the whole server: the user name that people give to see anything. Takes SERVER_PASSWORD too.",
    fallback: "",
    parse: readUsername,
  },
  SERVER_PASSWORD: {
    about: "The password that goes with it. Programs get in with a create token, or with a share's secret.",
    fallback: "",
    parse: readPassword,
  },
} as const satisfies Record<string, Variable<string>>

type Halves = { [Half in keyof LockSettings]: string | undefined }

/** Who sets one of them means a lock, and would have none. */
export function halfSetLock({ username, password }: Halves): string[] {
  if (username && password === "") return ["SERVER_PASSWORD: missing, while SERVER_USERNAME is set."]
  if (password && username === "") return ["SERVER_USERNAME: missing, while SERVER_PASSWORD is set."]
  return []
}

/** Undefined: the server has no lock. */
export function lockOf({ username, password }: Halves): LockSettings | undefined {
  return username && password ? { username, password } : undefined
}

const CONTROLS = /\p{Cc}/u

function readUsername(text: string): string {
  // The first colon ends it (RFC 7617, 2).
  if (text.length > 255 || text.includes(":") || CONTROLS.test(text))
    throw new Error("must be a name of at most 255 characters, without colons and control characters.")
  return text
}

/** Never quoted. */
function readPassword(text: string): string {
  if (text.length > 1024 || CONTROLS.test(text))
    throw new Error("must be a text of at most 1024 characters, without control characters.")
  return text
}
