import { readMasterKeys } from "../trust/master-keys.ts"
import type { Variable } from "./variable.ts"

export interface TrustSettings {
  /** The instance's master keys, the newest first; empty: one is made. */
  instanceKeys: Uint8Array<ArrayBuffer>[]
}

export const TRUST_VARIABLES = {
  INSTANCE_KEY: {
    about:
      "The instance's own key, 32 bytes in base64url or hex; to replace it, put a new one and a comma in front. Default: one that is made, in DATA_DIR or else in the database.",
    fallback: "",
    parse: readMasterKeys,
  },
} as const satisfies Record<string, Variable<unknown>>
