import fc from "fast-check"
import { expect, test } from "vitest"
import type { SegmentRow } from "../ports.ts"
import { FAN_OUT, planMerge } from "./merge-plan.ts"

function segment(firstRevision: number, lastRevision = firstRevision): SegmentRow {
  const id = `${firstRevision}-${lastRevision}`
  return {
    id,
    objectKey: id,
    firstRevision,
    lastRevision,
    items: 1,
    bytes: 1,
    contentBytes: 1,
    createdAt: 0,
    redactions: 0,
  }
}

/** The manifest after one merge of neighbours. */
function merged(segments: readonly SegmentRow[], replaced: readonly SegmentRow[]): SegmentRow[] {
  const [first, last] = [replaced[0], replaced.at(-1)] as [SegmentRow, SegmentRow]
  const from = segments.indexOf(first)
  expect(segments.slice(from, from + replaced.length)).toEqual(replaced)
  return segments.toSpliced(from, replaced.length, segment(first.firstRevision, last.lastRevision))
}

/** All merges that are due, and how many revisions they wrote anew. */
function compacted(segments: readonly SegmentRow[]): { segments: SegmentRow[]; rewritten: number } {
  let left = [...segments]
  let rewritten = 0
  for (let replaced = planMerge(left); replaced; replaced = planMerge(left)) {
    left = merged(left, replaced)
    const [first, last] = [replaced[0], replaced.at(-1)] as [SegmentRow, SegmentRow]
    rewritten += last.lastRevision - first.firstRevision + 1
  }
  return { segments: left, rewritten }
}

/** A session of so many commits, with a look at every 16th, as the compactor looks. */
function session(commits: number, fails: (revision: number) => boolean = () => false) {
  let segments: SegmentRow[] = []
  let written = 0
  let most = 0
  for (let revision = 1; revision <= commits; revision++) {
    segments.push(segment(revision))
    written++
    most = Math.max(most, segments.length)
    if (revision % FAN_OUT !== 0 || fails(revision)) continue
    const done = compacted(segments)
    segments = done.segments
    written += done.rewritten
  }
  return { segments, written, most }
}

test("[L7] 4,800 commits make 46 segments at most, and each is written at most four times", () => {
  const { segments, written, most } = session(4_800)
  // 4,800 = 1 × 4,096 + 2 × 256 + 12 × 16.
  expect(segments.map(({ firstRevision: a, lastRevision: b }) => b - a + 1)).toEqual([
    4096,
    256,
    256,
    ...Array(12).fill(16),
  ])
  // Just before the 4,096th: 15 a level; and that one.
  expect(most).toBe(15 * 3 + 1)
  expect(written).toBe(4_800 + 4_800 + 18 * 256 + 4_096)
})

test("[L7] 100,000 commits leave fewer than 16 segments a level", () => {
  const { segments, most } = session(100_000)
  expect(segments).toHaveLength(1 + 8 + 6 + 10)
  expect(most).toBeLessThanOrEqual(15 * 4 + 16)
})

test("[L7] merges that fail are made up for by later ones", () => {
  const { segments, written } = session(4_800, (revision) => revision % 400 < 200)
  expect(segments.length).toBeLessThanOrEqual(45)
  expect(written).toBeLessThan(4_800 * 4)
})

test("below sixteen of a kind there is nothing to merge", () => {
  expect(planMerge([])).toBeUndefined()
  expect(planMerge(Array.from({ length: 15 }, (_, i) => segment(i + 1)))).toBeUndefined()
})

test("the oldest of a level go first", () => {
  const segments = Array.from({ length: 20 }, (_, i) => segment(i + 1))
  expect(planMerge(segments)).toEqual(segments.slice(0, 16))
})

test("lower levels go before higher ones, so that what they make can take part", () => {
  const high = Array.from({ length: 16 }, (_, i) => segment(i * 16 + 1, i * 16 + 16))
  const low = Array.from({ length: 16 }, (_, i) => segment(257 + i))
  expect(planMerge([...high, ...low])).toEqual(low)
})

test("a segment that others left before higher ones goes along with those", () => {
  const high = Array.from({ length: 15 }, (_, i) => segment(i * 16 + 1, i * 16 + 16))
  const manifest = [...high.slice(0, 7), segment(900), ...high.slice(7)]
  expect(planMerge(manifest)).toEqual(manifest)
})

test("[L7] whatever the manifest, merging ends, and leaves fewer than 16 segments a level", () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 5_000 }), { maxLength: 200, size: "max" })
  fc.assert(
    fc.property(sizes, (counts) => {
      let next = 1
      const manifest = counts.map((count) => {
        next += count
        return segment(next - count, next - 1)
      })
      const { segments } = compacted(manifest)
      const levels = Math.floor(Math.log(Math.max(next - 1, 1)) / Math.log(16)) + 1
      expect(segments.length).toBeLessThanOrEqual(15 * levels)
    }),
  )
})
