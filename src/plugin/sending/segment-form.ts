import type { ApiClient, ShareAccess } from "../../client/api-client.ts"
import { checkManifest, type Sealer } from "../../encryption/sealer.ts"
import { LIMITS } from "../../protocol/limits.ts"
import type { ShareClaim } from "./accepted.ts"
import { createBrotliPacker, type Packer } from "./packer.ts"
import type { MergePlan } from "./upload-merge.ts"

/** How a share is written: in the clear, so that its server can show it, or sealed. */
export interface SegmentForm extends Packer {
  /** What one segment may hold, uncompressed. */
  readonly mostContent: number
  /** What a commit says beside its segments. */
  commitFields(names: readonly string[], claim: ShareClaim | undefined): Promise<object>
  /** What a merge says beside its segment. */
  mergeFields(plan: MergePlan, name: string, claim: ShareClaim | undefined): Promise<object>
  /** The last change was taken. */
  taken(now: { revision: number; epoch: number }): void
  /** The share is not as was believed: it is read again before the next change. */
  forget(): void
}

export function createClearForm(): SegmentForm {
  return {
    ...createBrotliPacker(),
    mostContent: Number.POSITIVE_INFINITY,
    commitFields: async (_names, claim) => (claim ? { metadata: claim } : {}),
    mergeFields: async () => ({}),
    taken() {},
    forget() {},
  }
}

interface Known {
  revision: number
  epoch: number
  names: readonly string[]
}

/**
 * The head that goes with each change names all segments of the share, so the share's list is kept here; where it is
 * not known, the server's is taken, and held against the head that was sealed last.
 */
export function createSealedForm({
  sealer,
  api,
  share,
  sessionID,
  now,
}: {
  sealer: Sealer
  api: ApiClient
  share: ShareAccess
  sessionID: string
  now: () => number
}): SegmentForm {
  let known: Known | undefined
  /** As it will be when the change under way is taken. */
  let next: readonly string[] = []

  async function load(): Promise<Known> {
    if (known) return known
    const manifest = await api.manifest(share)
    if (manifest.head !== undefined) checkManifest(manifest, await sealer.openHead(manifest.head))
    known = {
      revision: manifest.revision,
      epoch: manifest.epoch,
      names: manifest.segments.map(({ segment }) => segment),
    }
    return known
  }

  function sealHead(
    revision: number,
    names: readonly string[],
    claim: ShareClaim | undefined,
  ): Promise<string> {
    next = names
    const counts = claim ?? { messageCount: 0, partCount: 0, diffCount: 0, modelCount: 0 }
    return sealer.sealHead({ v: 1, revision, segments: names, sessionID, updatedAt: now(), ...counts })
  }

  return {
    mostContent: LIMITS.sealedContentBytes,
    async pack(lines) {
      const all: string[] = []
      for await (const line of lines) all.push(line)
      return sealer.sealSegment(all)
    },
    async *unpack(body) {
      yield await sealer.openSegment(body)
    },
    async commitFields(names, claim) {
      const { revision, epoch, names: before } = await load()
      // A commit whose answer got lost is made again.
      const added = names.filter((name) => !before.includes(name))
      const head = await sealHead(revision + added.length, [...before, ...added], claim)
      return { after: revision, epoch, head }
    },
    async mergeFields({ replaces, manifest }, name, claim) {
      // Of the very list that the merge was made of: another process may have merged since ours was read.
      if (manifest.head !== undefined) checkManifest(manifest, await sealer.openHead(manifest.head))
      const { revision } = manifest
      const before = manifest.segments.map(({ segment }) => segment)
      const start = before.indexOf(replaces[0] ?? "")
      const names = [...before.slice(0, start), name, ...before.slice(start + replaces.length)]
      return { after: revision, head: await sealHead(revision, names, claim) }
    },
    taken({ revision, epoch }) {
      known = { revision, epoch, names: next }
    },
    forget() {
      known = undefined
    },
  }
}
