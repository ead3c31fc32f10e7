import { byOwner, ORPHAN_MS, whatIsNeeded } from "../compact/sweep.ts"
import type { StoredBlob } from "../ports.ts"
import type { SharesDeps } from "../shares.ts"
import { createShareCheck } from "./check-share.ts"
import type { Finding } from "./finding.ts"

export interface CheckOptions {
  /** Whether to mend what can be mended without losing anything: counts, objects that nobody needs, stray rows. */
  repair: boolean
  /** Whether objects are read, and not only looked for. */
  content: boolean
  signal?: AbortSignal | undefined
  /** Contract: must not throw. */
  onFinding(finding: Finding): void
  /** Contract: must not throw. */
  onProgress?: ((progress: CheckProgress) => void) | undefined
}

export interface CheckProgress {
  phase: "shares" | "objects"
  /** Of those, so many have been looked at. */
  done: number
  /** Of objects that shares name. */
  bytes: number
}

export interface Checked {
  /** Those that are not removed. */
  shares: number
  segments: number
  /** In the store, whoever names them. */
  objects: number
  bytes: number
  findings: number
  mended: number
}

const SHARES_A_PAGE = 200
const OBJECTS_A_BATCH = 500

/** Holds rows against objects, objects against rows, and counts against content. A server may be running meanwhile. */
export function createCheck(deps: SharesDeps): (options: CheckOptions) => Promise<Checked> {
  const { meta, blobs, machine } = deps
  const checkShare = createShareCheck(deps)

  return async ({ repair, content, signal, onFinding, onProgress = () => {} }) => {
    const sum: Checked = { shares: 0, segments: 0, objects: 0, bytes: 0, findings: 0, mended: 0 }

    function say(finding: Finding): void {
      sum.findings++
      if (finding.mended) sum.mended++
      onFinding(finding)
    }

    async function checkOne(id: string): Promise<void> {
      const found = await checkShare(id, { content, signal })
      if (!found) return
      const { share, checked } = found
      sum.shares++
      sum.segments += checked.segments
      sum.bytes += checked.bytes
      const wrongRow = checked.findings.some(({ kind }) => MENDED_IN_ROW.has(kind))
      const mended = repair && wrongRow && (await meta.mendRow(share, checked.counts))
      for (const finding of checked.findings) {
        say({ ...finding, mended: mended && MENDED_IN_ROW.has(finding.kind) })
      }
    }

    for (let after: string | undefined; ; ) {
      const ids = await meta.shareIDs({ after, limit: SHARES_A_PAGE })
      for (const id of ids) {
        signal?.throwIfAborted()
        await checkOne(id)
        onProgress({ phase: "shares", done: sum.shares, bytes: sum.bytes })
      }
      after = ids.at(-1)
      if (after === undefined) break
    }

    let old: StoredBlob[] = []
    const before = machine.now() - ORPHAN_MS
    async function lookAtOld(): Promise<void> {
      for (const { owner, objects } of byOwner(old)) {
        const share = owner && (await meta.findShare(owner.id))
        const known = owner && share && owner.generation <= share.generation
        const needed = known && (await whatIsNeeded(meta, { share, owner }))
        const shareID = owner && { shareID: owner.id }
        for (const { key, size } of objects) {
          signal?.throwIfAborted()
          if (!needed) say({ kind: "unknown", ...shareID, key, detail: `${size} bytes`, mended: false })
          else if (!needed(key)) {
            if (repair) await blobs.delete(key)
            say({ kind: "orphan", ...shareID, key, detail: `${size} bytes`, mended: repair })
          }
        }
      }
      old = []
      onProgress({ phase: "objects", done: sum.objects, bytes: sum.bytes })
    }
    for (const prefix of ["shares/", "sessions/"]) {
      for await (const object of blobs.list(prefix)) {
        signal?.throwIfAborted()
        sum.objects++
        if (object.modifiedAt >= before) continue
        old.push(object)
        if (old.length >= OBJECTS_A_BATCH) await lookAtOld()
      }
    }
    await lookAtOld()

    const stray = await meta.strayRows()
    if (stray > 0) {
      if (repair) await meta.deleteStrayRows()
      say({ kind: "stray-rows", detail: `${stray} rows`, mended: repair })
    }
    return sum
  }
}

const MENDED_IN_ROW: ReadonlySet<Finding["kind"]> = new Set(["wrong-counts", "wrong-bytes"])
