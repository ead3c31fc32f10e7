import { expect, test } from "vitest"
import type { MetaBench } from "./meta-bench.ts"

export function integrityContract(bench: () => MetaBench) {
  test("all shares are gone through, each once", async () => {
    const { meta, create } = bench()
    const ids = new Set([(await create()).id, (await create()).id, (await create()).id])
    const seen: string[] = []
    for (let after: string | undefined; ; ) {
      const page = await meta.shareIDs({ after, limit: 2 })
      seen.push(...page)
      after = page.at(-1)
      if (after === undefined) break
    }
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.filter((id) => ids.has(id)).length).toBe(3)
  })

  test("a row is made to say what its manifest and its content come to, unless it has changed", async () => {
    const { meta, create, commit, row } = bench()
    const share = await create()
    await commit(share, ["one", "two"])
    const was = await row(share)
    const counts = { messages: 4, parts: 5, diffs: 6, models: 7 }
    expect(await meta.mendRow({ ...was, revision: 1 }, counts)).toBe(false)
    expect(await meta.mendRow({ ...was, epoch: 9 }, counts)).toBe(false)
    expect(await row(share)).toEqual(was)
    expect(await meta.mendRow(was, counts)).toBe(true)
    const { metadata, storedBytes, ...rest } = await row(share)
    expect(metadata).toEqual({ ...was.metadata, ...counts })
    expect(storedBytes).toBe(100)
    expect(await meta.mendRow(was, undefined)).toBe(true)
    expect(await row(share)).toEqual({ ...rest, metadata, storedBytes })
    await meta.revoke({ shareID: share.id, generation: 0 }, 9)
    expect(await meta.mendRow(was, counts)).toBe(false)
  })

  test("no share that is removed has rows of content", async () => {
    const { meta, create, commit } = bench()
    const [share, other] = [await create(), await create()]
    await commit(share, ["one"])
    await commit(other, ["one"])
    await meta.revoke({ shareID: share.id, generation: 0 }, 9)
    expect(await meta.strayRows()).toBe(0)
    expect(await meta.deleteStrayRows()).toBe(0)
    expect((await meta.segments(other.id)).length).toBe(1)
  })
}
