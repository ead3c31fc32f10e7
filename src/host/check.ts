import { type Checked, type CheckOptions, type CheckProgress, createCheck } from "../shares/check/check.ts"
import { FINDINGS, type Finding } from "../shares/check/finding.ts"
import type { Config } from "./config.ts"
import { withExistingStorage } from "./existing-storage.ts"

export interface CheckStorageOptions extends Omit<CheckOptions, "onProgress"> {
  config: Config
  /** Of shares it is known how many there are. Contract: must not throw. */
  onProgress?: ((progress: CheckProgress & { total: number | undefined }) => void) | undefined
}

/** Holds what a server has stored against what its database says. It may be running. Throws a sentence for the operator. */
export function checkStorage({ config, onProgress, ...options }: CheckStorageOptions): Promise<Checked> {
  return withExistingStorage(config, async (storage) => {
    const { shares } = await storage.meta.trust.totals()
    return createCheck(storage)({
      ...options,
      onProgress: (progress) =>
        onProgress?.({ ...progress, total: progress.phase === "shares" ? shares.active : undefined }),
    })
  })
}

/** One line for people. */
export function describeFinding({ kind, shareID, key, detail, mended }: Finding): string {
  const what = key ?? (shareID === undefined ? "the database" : `share ${shareID}`)
  return `${kind}: ${what} is ${FINDINGS[kind]}: ${detail}${mended ? " (mended)" : ""}`
}
