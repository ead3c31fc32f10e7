import { type Adoption, createAdopter } from "../shares/adopt/adopt.ts"
import { type OldPlace, readOldShares } from "../storage/adopt/old-shares.ts"
import type { S3Settings } from "../storage/blobs/s3.ts"
import { openObjects } from "../storage/transfer/objects.ts"
import type { Config } from "./config.ts"
import { withExistingStorage } from "./existing-storage.ts"

export interface AdoptOptions {
  config: Config
  /** Where the old server's rows are. */
  from: OldPlace
  /** Its bucket, with the prefix that `sessions/` stands under. Undefined: this server's own place, where nothing is copied. */
  oldBucket?: S3Settings | undefined
  signal?: AbortSignal | undefined
  /** Told of each share. Contract: must not throw. */
  onAdoption(adoption: Adoption): void
}

export type Adopted = Record<Adoption["outcome"], number>

/**
 * Makes shares of what another server kept as `sessions/{id}.json` and a table. This one may be running. Throws a sentence for
 * the operator; broken off anywhere, the same call goes on.
 */
export function adoptShares({ config, from, oldBucket, signal, onAdoption }: AdoptOptions): Promise<Adopted> {
  return withExistingStorage(config, async (storage) => {
    const oldBlobs = oldBucket && (await openObjects({ bucket: oldBucket }, "read"))
    const adopt = createAdopter({ ...storage, oldBlobs })
    const sum: Adopted = { adopted: 0, known: 0, refused: 0 }
    for await (const old of readOldShares(from)) {
      signal?.throwIfAborted()
      const adoption = await adopt(old)
      sum[adoption.outcome]++
      onAdoption(adoption)
    }
    return sum
  })
}
