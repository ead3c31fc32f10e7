import type { SegmentRow } from "../ports.ts"

/**
 * Segments of one level that are merged into one of the next. With 16, a session of 4,800 syncs is written about
 * five times over and lies in 45 segments at most; merging pairs would write it thirteen times.
 */
export const FAN_OUT = 16

/**
 * Which neighbours to merge next, in manifest order; undefined when nothing is to be gained. Each merge leaves fewer
 * segments, and when there is none left to do, fewer than 16 stand on each level.
 */
export function planMerge(segments: readonly SegmentRow[]): SegmentRow[] | undefined {
  let group: SegmentRow[] = []
  let level = 0
  // From the newest on, so that lower levels come first and their merges can take part in higher ones. A segment
  // before one of a higher level (others may merge as they like) goes along with that.
  for (const segment of segments.toReversed()) {
    const own = levelOf(segment)
    if (own > level) {
      if (group.length >= FAN_OUT) break
      group = []
      level = own
    }
    group.push(segment)
  }
  // The oldest of them, so that what is left over stands behind the merged one.
  return group.length < FAN_OUT ? undefined : group.slice(-FAN_OUT).reverse()
}

/** 0 for one revision to 15, 1 for 16 to 255, and so on. */
function levelOf({ firstRevision, lastRevision }: SegmentRow): number {
  let level = 0
  for (let revisions = lastRevision - firstRevision + 1; revisions >= FAN_OUT; revisions /= FAN_OUT) level++
  return level
}
