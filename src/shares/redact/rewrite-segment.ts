import type { Item } from "../../protocol/item.ts"
import { LIMITS } from "../../protocol/limits.ts"
import type { ActiveShare } from "../active.ts"
import type { BlobStore, Machine, MetaStore, NewSegment, SegmentRow } from "../ports.ts"
import { readSegments } from "../read/read-segments.ts"
import { encodeSegment, segmentKey } from "../segment.ts"
import { COMMITTABLE_MS } from "../upload-times.ts"
import type { ShareRules } from "./rules.ts"
import { createTally } from "./tally.ts"

/** What is smaller is read and compressed once and held; what is larger, as often as need be. Bytes, uncompressed. */
const HELD_WHOLE = 2 * 1024 * 1024

export interface SegmentJob {
  share: ActiveShare
  segment: SegmentRow
  rules: ShareRules
  signal: AbortSignal
}

/**
 * Makes a segment one that holds nothing that the rules find: object, then row. What it replaces is deleted by whoever
 * looks for what is due. When the row is refused, as the segment has been merged or its share revoked, nothing is left.
 */
export function createSegmentRewriter(deps: { meta: MetaStore; blobs: BlobStore; machine: Machine }) {
  const { meta, blobs, machine } = deps

  return async (job: SegmentJob): Promise<void> => {
    const { share, segment, rules } = job
    const began = machine.now()
    const { tally, held } = await look(job)
    const made = tally.items > 0 ? await make(job, held) : undefined
    const named = { shareID: share.id, generation: share.generation, segmentID: segment.id }
    // When it took longer, a sweep may take the object for one that nobody committed.
    const inTime = machine.now() - began < COMMITTABLE_MS
    const done = inTime && (await meta.redactSegment({ ...named, redactions: rules.count, by: made, tally }))
    // An outcome that is not known throws: what may be in the manifest is left to the sweep.
    if (made && !done) await blobs.delete(made.objectKey)
  }

  /** What the rules find in it, and its new lines if it is small. */
  async function look({ share, segment, rules, signal }: SegmentJob) {
    const tally = createTally()
    const held: string[] = []
    const hold = segment.contentBytes <= HELD_WHOLE
    for await (const item of itemsOf(share, segment)) {
      signal.throwIfAborted()
      const clean = rules.redactItem(item)
      tally.add(clean.replaced)
      if (hold) held.push(lineOf(clean.item, rules))
    }
    return { tally: tally.segment(), held: hold ? held : undefined }
  }

  async function make(job: SegmentJob, held: readonly string[] | undefined): Promise<NewSegment> {
    const { share, rules } = job
    const written = { items: 0, contentBytes: 0 }
    const body = () => encodeSegment(counted(held ? each(held) : linesOf(job), written), machine)
    const once = held && (await collect(body()))
    const bytes = once ? () => each(once) : body
    // The name of what a client could have put holds its hash, and so clients name it.
    const sha256 = share.door === "direct" ? await machine.digest(bytes()) : undefined
    const id = crypto.randomUUID() + (sha256 === undefined ? "" : `.${sha256}`)
    const objectKey = segmentKey(share, id)
    const { size } = await blobs.put(objectKey, bytes())
    return { id, objectKey, bytes: size, ...written, redactions: rules.count, createdAt: machine.now() }
  }

  async function* linesOf({ share, segment, rules, signal }: SegmentJob): AsyncIterable<string> {
    for await (const item of itemsOf(share, segment)) {
      signal.throwIfAborted()
      yield lineOf(rules.redactItem(item).item, rules)
    }
  }

  async function* itemsOf({ door }: ActiveShare, segment: SegmentRow): AsyncIterable<Item> {
    for await (const { items } of readSegments(deps, { segments: [segment], door })) yield* items
  }
}

/** Replacements can be longer than what they replace; what has outgrown an item could not be read any more. */
function lineOf(item: Item, { blankItem }: ShareRules): string {
  const line = JSON.stringify(item)
  return line.length <= LIMITS.itemBytes ? line : JSON.stringify(blankItem(item))
}

/** Counts anew each time that it is read. */
async function* counted(
  lines: AsyncIterable<string>,
  written: { items: number; contentBytes: number },
): AsyncIterable<string> {
  const encoder = new TextEncoder()
  Object.assign(written, { items: 0, contentBytes: 0 })
  for await (const line of lines) {
    written.items++
    // Reading a client's segment goes no further than it was said to come to, line ends included.
    written.contentBytes += encoder.encode(line).byteLength + 1
    yield line
  }
}

async function* each<T>(values: readonly T[]): AsyncIterable<T> {
  yield* values
}

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const values: T[] = []
  for await (const value of source) values.push(value)
  return values
}
