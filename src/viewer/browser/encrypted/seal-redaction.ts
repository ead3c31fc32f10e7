import type { Head, SealedSegment, Sealer } from "../../../encryption/sealer.ts"
import type { Item } from "../../../protocol/item.ts"
import { LIMITS } from "../../../protocol/limits.ts"
import { mergeItems } from "../../../protocol/merge.ts"
import type { RedactionRule } from "../../../protocol/redaction-rule.ts"
import type { RedactSealedBody } from "../../../protocol/routes.ts"
import { createOwnersRedaction, type OwnersRedaction } from "../../../redaction/owners-redaction.ts"

export interface SealRedaction {
  /** The share as it was opened, and held against its author's head. */
  opened: {
    revision: number
    epoch: number
    head: Head
    /** All stored versions of items, in order. */
    versions: readonly (readonly Item[])[]
  }
  rules: readonly RedactionRule[]
  sealer: Sealer
  /** Brings a segment to the store. */
  put(name: string, segment: SealedSegment): Promise<void>
  /** Milliseconds since the epoch. */
  now(): number
  newID(): string
  /** Called between items, for others to have their turn. */
  pause(): Promise<void> | undefined
  /** What a segment comes to, uncompressed, unless there is very much; 8 MiB unless told. Bytes. */
  segmentBytes?: number
}

/** Small enough for whatever stands before the server. */
const SEGMENT_BYTES = 8 * 1024 * 1024
/** Few enough for one request, which names sixteen: lines are not cut, so there may be twice as many and one. */
const SEGMENTS = 7

/**
 * Takes out of an encrypted share what the rules name, and seals the rest anew: in the place of all segments that there
 * are, so that no earlier version is left that holds it. Resolves to what the server has to be told; by that it learns
 * how many rules there are and how often each was found, and nothing of what they name. Throws `SealError`.
 */
export async function sealRedaction(wanted: SealRedaction): Promise<RedactSealedBody> {
  const { opened, rules, sealer, put, now, newID, pause, segmentBytes = SEGMENT_BYTES } = wanted
  const redaction = createOwnersRedaction(rules)
  const occurrences = new Map<string, number>()
  let found = 0

  async function cleanAll(): Promise<Item[][]> {
    const all: Item[][] = []
    for (const items of opened.versions) {
      const clean: Item[] = []
      for (const item of items) {
        const { item: left, replaced } = redaction.redactItem(item)
        if (replaced.size > 0) found++
        for (const [id, times] of replaced) occurrences.set(id, (occurrences.get(id) ?? 0) + times)
        clean.push(replaced.size > 0 ? fitting(left, redaction) : left)
        await pause()
      }
      all.push(clean)
    }
    return all
  }

  const clean = await cleanAll()
  async function* read() {
    yield* clean
  }
  const merged = mergeItems(read, {
    rootSessionID: opened.head.sessionID,
    fromTheStart: true,
    // All of it is in memory as it is.
    hold: Number.POSITIVE_INFINITY,
  })
  const segments: RedactSealedBody["segments"] = []
  const lines: string[] = []
  for await (const line of merged) lines.push(line)
  for (const group of inSegments(lines, segmentBytes)) {
    const sealed = await sealer.sealSegment(group)
    const { body: _, ...claim } = sealed
    const segment = `${newID()}.${sealed.sha256}`
    await put(segment, sealed)
    segments.push({ segment, ...claim })
  }
  const { title, directory, ...rest } = opened.head
  const head = await sealer.sealHead({
    ...rest,
    title: title && redaction.redactText(title),
    directory: directory && redaction.redactText(directory),
    revision: opened.revision + segments.length,
    segments: segments.map(({ segment }) => segment),
    updatedAt: now(),
  })
  const sealedRules = rules.map(async (rule) => ({
    id: rule.id,
    sealed: await sealer.sealRule(rule),
    occurrences: occurrences.get(rule.id) ?? 0,
  }))
  return {
    rules: await Promise.all(sealedRules),
    items: found,
    segments,
    after: opened.revision,
    epoch: opened.epoch,
    head,
  }
}

/** Replacements can be longer than what they replace; what has outgrown an item could not be read any more. */
function fitting(item: Item, { blankItem }: OwnersRedaction): Item {
  return JSON.stringify(item).length <= LIMITS.itemBytes ? item : blankItem(item)
}

/** Lines in groups of about that size, or larger ones where there would be too many. */
function* inSegments(lines: readonly string[], segmentBytes: number): Iterable<string[]> {
  const encoder = new TextEncoder()
  const sizes = lines.map((line) => encoder.encode(line).byteLength + 1)
  const total = sizes.reduce((sum, bytes) => sum + bytes, 0)
  const most = Math.min(LIMITS.sealedContentBytes, Math.max(segmentBytes, Math.ceil(total / SEGMENTS)))
  let group: string[] = []
  let size = 0
  for (const [at, line] of lines.entries()) {
    const bytes = sizes[at] ?? 0
    if (size + bytes > most && group.length > 0) {
      yield group
      group = []
      size = 0
    }
    group.push(line)
    size += bytes
  }
  if (group.length > 0) yield group
}
