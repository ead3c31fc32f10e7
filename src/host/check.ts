import { type Checked, type CheckOptions, createCheck } from "../shares/check/check.ts"
import type { Config } from "./config.ts"
import { withExistingStorage } from "./existing-storage.ts"

/** Holds what a server has stored against what its database says. It may be running. Throws a sentence for the operator. */
export function checkStorage({ config, ...options }: CheckOptions & { config: Config }): Promise<Checked> {
  return withExistingStorage(config, (storage) => createCheck(storage)(options))
}
