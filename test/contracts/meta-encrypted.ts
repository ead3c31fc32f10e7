import { expect, test } from "vitest"
import { type MetaBench, newShare } from "./meta-bench.ts"

/** Changes of shares whose list is held against a sealed head. */
export function encryptedContract(bench: () => MetaBench) {
  const create = () => bench().create({ door: "direct", encrypted: true })

  test("a share is encrypted from its creation on, and has no head before a commit", async () => {
    const { row, create: createOpen } = bench()
    expect(await row(await create())).toMatchObject({ encrypted: true, head: undefined })
    expect(await row(await createOpen())).toMatchObject({ encrypted: false, head: undefined })
  })

  test("a commit that goes by the share's revision and epoch brings its head", async () => {
    const { commit, row } = bench()
    const share = await create()
    expect(await commit(share, ["a", "b"], { sealed: { revision: 0, epoch: 0, head: "one" } })).toBe(2)
    expect(await row(share)).toMatchObject({ revision: 2, head: "one" })
    expect(await commit(share, ["c"], { sealed: { revision: 2, epoch: 0, head: "two" } })).toBe(3)
    expect(await row(share)).toMatchObject({ revision: 3, head: "two" })
  })

  test("one that goes by another is refused, and leaves list and head as they were", async () => {
    const { commit, manifest, row } = bench()
    const share = await create()
    await commit(share, ["a"], { sealed: { revision: 0, epoch: 0, head: "one" } })
    const before = [await row(share), await manifest(share)]
    for (const [revision, epoch] of [
      [0, 0],
      [2, 0],
      [1, 1],
    ] as const) {
      expect(await commit(share, ["b"], { sealed: { revision, epoch, head: "two" } })).toBe("moved")
    }
    expect([await row(share), await manifest(share)]).toEqual(before)
  })

  test("repeating one answers the revision and keeps the newest head", async () => {
    const { commit, row } = bench()
    const share = await create()
    const first = { sealed: { revision: 0, epoch: 0, head: "one" } }
    await commit(share, ["a"], first)
    await commit(share, ["b"], { sealed: { revision: 1, epoch: 0, head: "two" } })
    expect(await commit(share, ["a"], first)).toBe(2)
    expect(await row(share)).toMatchObject({ head: "two" })
  })

  test("of commits side by side that go by one revision, one wins with its own head", async () => {
    const { commit, manifest, row } = bench()
    const share = await create()
    const ids = ["a", "b", "c", "d", "e", "f"]
    const answers = await Promise.all(
      ids.map((id) => commit(share, [id], { sealed: { revision: 0, epoch: 0, head: id } })),
    )
    expect(answers.filter((answer) => answer === 1)).toHaveLength(1)
    expect(answers.filter((answer) => answer === "moved")).toHaveLength(ids.length - 1)
    const winner = ids[answers.indexOf(1)] ?? ""
    expect(await manifest(share)).toEqual([[winner, 1, 1]])
    expect(await row(share)).toMatchObject({ head: winner })
  })

  test("a merge brings the head of its list, or nothing", async () => {
    const { commit, merge, row } = bench()
    const share = await create()
    await commit(share, ["a", "b"], { sealed: { revision: 0, epoch: 0, head: "one" } })
    const replace = (sealed: { revision: number; epoch: number; head: string }) =>
      merge(share, { replaces: ["a", "b"], by: "m" }, { sealed })
    expect(await replace({ revision: 1, epoch: 0, head: "two" })).toBe(false)
    expect(await replace({ revision: 2, epoch: 1, head: "two" })).toBe(false)
    expect(await row(share)).toMatchObject({ epoch: 0, head: "one" })
    expect(await replace({ revision: 2, epoch: 0, head: "two" })).toBe(true)
    expect(await row(share)).toMatchObject({ revision: 2, epoch: 1, head: "two" })
  })

  test("a revoked share has no head, and an id that is given again begins without one", async () => {
    const { meta, commit, row } = bench()
    const share = await create()
    await commit(share, ["a"], { sealed: { revision: 0, epoch: 0, head: "one" } })
    await meta.revoke({ shareID: share.id, generation: 0 }, 9)
    expect(await row(share)).toMatchObject({ head: undefined })
    const again = newShare({ id: share.id, door: "direct" })
    expect(await meta.reuseShare(again, { generation: 0, state: "revoked" })).toBe(true)
    expect(await row(share)).toMatchObject({ encrypted: false, head: undefined, revision: 1 })
  })
}
