import type { ApiClient, ShareAccess } from "../../client/api-client.ts"
import { checkManifest, type Sealer } from "../../encryption/sealer.ts"
import type { Item } from "../../protocol/item.ts"
import { LIMITS } from "../../protocol/limits.ts"
import type { ShareClaim } from "./accepted.ts"
import { toLine } from "./fit-item.ts"
import { createBrotliPacker, type PackedSegment, type Packer } from "./packer.ts"
import type { KnownRules, TakenOut } from "./taken-out.ts"
import type { MergePlan } from "./upload-merge.ts"

/** How a share is written: in the clear, so that its server can show it, or sealed. */
export interface SegmentForm extends Packer {
  /** What one segment may hold, uncompressed. */
  readonly mostContent: number
  /** Whether segments may be put as they are, now that the server has answered; else what waits is packed anew. */
  mayPut(segments: readonly PackedSegment[], answer: { redactions?: number | undefined }): Promise<boolean>
  /** What a commit says beside its segments, of which these are the names. */
  commitFields(
    names: readonly string[],
    segments: readonly PackedSegment[],
    claim: ShareClaim | undefined,
  ): Promise<object>
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
    mayPut: async () => true,
    commitFields: async (_names, _segments, claim) => (claim ? { metadata: claim } : {}),
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
  taken,
  sessionID,
  now,
}: {
  sealer: Sealer
  api: ApiClient
  share: ShareAccess
  /** What the owner took out: the server cannot take it out of what comes, so nothing is sealed that was not gone through. */
  taken: Pick<TakenOut, "rules" | "learn">
  sessionID: string
  now: () => number
}): SegmentForm {
  let known: Known | undefined
  /** As it will be when the change under way is taken. */
  let next: Known | undefined

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

  function sealHead(to: Known, claim: ShareClaim | undefined): Promise<string> {
    next = to
    const { redactText } = taken.rules()
    const { title, directory, ...counts } = claim ?? NOTHING
    return sealer.sealHead({
      ...{ v: 1, revision: to.revision, segments: to.names, sessionID, updatedAt: now(), ...counts },
      ...(title !== undefined && { title: redactText(title) }),
      ...(directory !== undefined && { directory: redactText(directory) }),
    })
  }

  return {
    mostContent: LIMITS.sealedContentBytes,
    async pack(lines) {
      const rules = taken.rules()
      const all: string[] = []
      for await (const line of lines) all.push(rules.count > 0 ? redactLine(line, rules) : line)
      const sealed = await sealer.sealSegment(all)
      return rules.count > 0 ? { ...sealed, redactions: rules.count } : sealed
    },
    async *unpack(body) {
      yield await sealer.openSegment(body)
    },
    async mayPut(segments, { redactions = 0 }) {
      if (countOf(segments) >= redactions) return true
      await taken.learn(redactions)
      return false
    },
    async commitFields(names, segments, claim) {
      const { revision, epoch, names: before } = await load()
      // A commit whose answer got lost is made again.
      const added = names.filter((name) => !before.includes(name))
      const to = { revision: revision + added.length, epoch, names: [...before, ...added] }
      return { after: revision, epoch, head: await sealHead(to, claim), ...wentBy(segments) }
    },
    async mergeFields({ replaces, manifest, packed }, name, claim) {
      // Of the very list that the merge was made of: another process may have merged since ours was read.
      if (manifest.head !== undefined) checkManifest(manifest, await sealer.openHead(manifest.head))
      const { revision, epoch } = manifest
      const before = manifest.segments.map(({ segment }) => segment)
      const start = before.indexOf(replaces[0] ?? "")
      const names = [...before.slice(0, start), name, ...before.slice(start + replaces.length)]
      const head = await sealHead({ revision, epoch: epoch + 1, names }, claim)
      return { after: revision, head, ...wentBy([packed]) }
    },
    taken({ revision, epoch }) {
      // Else somebody has changed the share before the answer was made, such as its owner who took something out.
      known = next?.revision === revision && next.epoch === epoch ? next : undefined
    },
    forget() {
      known = undefined
    },
  }
}

const NOTHING: ShareClaim = { messageCount: 0, partCount: 0, diffCount: 0, modelCount: 0 }

/** What waited was written down before the rule was known. */
function redactLine(line: string, { redactItem }: KnownRules): string {
  const item = JSON.parse(line) as Item
  const { item: left, replaced } = redactItem(item)
  return replaced.size > 0 ? toLine(left) : line
}

/** By how many rules all of them were redacted. */
function countOf(segments: readonly PackedSegment[]): number {
  return Math.min(...segments.map(({ redactions = 0 }) => redactions))
}

function wentBy(segments: readonly PackedSegment[]): { redactions?: number } {
  const redactions = countOf(segments)
  return redactions > 0 ? { redactions } : {}
}
