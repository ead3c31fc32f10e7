import { afterAll, beforeAll, describe } from "vitest"
import type { MetaStore } from "../../src/shares/ports.ts"
import { accessContract } from "./meta-access.ts"
import { createMetaBench, type MetaBench } from "./meta-bench.ts"
import { commitContract } from "./meta-commit.ts"
import { creationContract } from "./meta-creation.ts"
import { deletionContract } from "./meta-deletion.ts"
import { encryptedContract } from "./meta-encrypted.ts"
import { integrityContract } from "./meta-integrity.ts"
import { leaseContract } from "./meta-lease.ts"
import { mergeContract } from "./meta-merge.ts"
import { plainContract } from "./meta-plain.ts"
import { quotaContract } from "./meta-quota.ts"
import { redactionContract } from "./meta-redaction.ts"
import { reuseContract } from "./meta-reuse.ts"
import { sealedRedactionContract } from "./meta-sealed-redaction.ts"
import { ticketNoteContract } from "./meta-ticket-note.ts"

const CONTRACTS = [
  accessContract,
  creationContract,
  reuseContract,
  commitContract,
  mergeContract,
  encryptedContract,
  ticketNoteContract,
  plainContract,
  deletionContract,
  leaseContract,
  integrityContract,
  quotaContract,
  redactionContract,
  sealedRedactionContract,
]

/** What every MetaStore does, whatever it stands on. */
export function metaStoreContract(name: string, open: () => Promise<MetaStore>) {
  describe(`meta store: ${name}`, () => {
    let bench: MetaBench
    beforeAll(async () => {
      bench = createMetaBench(await open())
    })
    afterAll(() => bench?.meta.close())

    for (const contract of CONTRACTS) contract(() => bench)
  })
}
