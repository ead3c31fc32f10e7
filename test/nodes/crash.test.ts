import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { ORPHAN_MS, SUPERSEDED_MS, SWEEP_EVERY_MS } from "../../src/shares/compact/sweep.ts"
import type { Shares } from "../../src/shares/shares.ts"
import { createCrashPoint } from "./crash-point.ts"
import { STACKS, type Stack } from "./stack.ts"
import { checkWhole, newShare, type Written } from "./written-share.ts"

/** The stretch of a share's life that holds every kind of write: a sync, a merge, what it replaced deleted, a sweep. */
async function live(node: Shares, share: Written, clock: Stack["clock"]): Promise<void> {
  await share.write(node)
  await node.idle()
  clock.now += SUPERSEDED_MS + 1
  await node.upkeep()
  await share.write(node)
  clock.now += SWEEP_EVERY_MS + 1
  await node.sweep()
}

for (const [name, open] of Object.entries(STACKS)) {
  describe(name, () => {
    let stack: Stack
    beforeAll(async () => {
      stack = await open()
    })
    afterAll(() => stack.close())

    async function shareBeforeItsMerge(): Promise<Written> {
      const node = stack.node()
      const share = await newShare(node)
      for (let i = 0; i < 15; i++) await share.write(node)
      return share
    }

    /** By nodes that were not there before: all that is needed comes from the stores. */
    async function checkHealed(share: Written): Promise<void> {
      const revision = await checkWhole(share, stack.node())
      // What was under way when the process died is said again by its client.
      share.commits.length = revision
      const node = stack.node()
      await share.write(node)
      await node.idle()
      expect(await checkWhole(share, node)).toBe(revision + 1)
      stack.clock.now += Math.max(SWEEP_EVERY_MS, SUPERSEDED_MS, ORPHAN_MS) + 1
      await node.upkeep()
      expect(await node.sweep()).toMatchObject({ unknown: 0, failed: 0 })
      const segments = await stack.meta.segments(share.id)
      expect(await stack.keys(`shares/${share.id}/`)).toEqual(segments.map((s) => s.objectKey).sort())
      expect(await stack.meta.superseded(Number.MAX_SAFE_INTEGER, 10)).toEqual([])
      expect(await checkWhole(share, stack.node())).toBe(revision + 1)
    }

    test("[L3] [L7] a crash between any two calls of sync, merge and sweep loses nothing and leaves nothing", async () => {
      const merged: number[] = []
      let calls: readonly string[] = []
      for (let dieBefore = 1; ; dieBefore++) {
        const share = await shareBeforeItsMerge()
        const reader = stack.node()
        await checkWhole(share, reader)
        const mortal = createCrashPoint(stack, dieBefore)
        try {
          await live(stack.node(mortal), share, stack.clock)
        } catch (error) {
          if (!mortal.crashed) throw error
        }
        await checkWhole(share, reader)
        calls = mortal.calls
        merged.push((await stack.meta.segments(share.id)).length)
        await checkHealed(share)
        // Or the next sweeps would have more and more to look at.
        await share.remove(stack.node())
        if (!mortal.crashed) break
      }
      for (const each of [
        "meta.commit",
        "meta.merge",
        "meta.forgetSuperseded",
        "blobs.delete",
        "blobs.list",
      ]) {
        expect(calls).toContain(each)
      }
      // Before the sync, between sync and merge, behind the merge, behind the second sync.
      expect(new Set(merged)).toEqual(new Set([15, 16, 1, 2]))
    }, 300_000)
  })
}
