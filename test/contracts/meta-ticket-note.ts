import { expect, test } from "vitest"
import { type MetaBench, newShare } from "./meta-bench.ts"

export function ticketNoteContract(bench: () => MetaBench) {
  test("a share says until when tickets for it can be used, and never goes back", async () => {
    const { meta, create, row } = bench()
    const { id: shareID } = await create({ door: "direct" })
    const before = await row({ id: shareID })
    expect(await meta.noteTicket({ shareID, generation: 0, until: 500, plain: false })).toBe(true)
    expect(await row({ id: shareID })).toEqual({ ...before, ticketsUntil: 500 })
    expect(await meta.noteTicket({ shareID, generation: 0, until: 400, plain: false })).toBe(true)
    expect(await row({ id: shareID })).toMatchObject({ ticketsUntil: 500 })
    expect(await meta.noteTicket({ shareID, generation: 0, until: 600, plain: false })).toBe(true)
    expect(await row({ id: shareID })).toEqual({ ...before, ticketsUntil: 600 })
  })

  test("tickets for the plain object count apart, and among all", async () => {
    const { meta, create, row } = bench()
    const { id: shareID } = await create({ door: "direct" })
    await meta.noteTicket({ shareID, generation: 0, until: 500, plain: true })
    expect(await row({ id: shareID })).toMatchObject({ ticketsUntil: 500, plainUntil: 500 })
    await meta.noteTicket({ shareID, generation: 0, until: 700, plain: false })
    await meta.noteTicket({ shareID, generation: 0, until: 600, plain: true })
    expect(await row({ id: shareID })).toMatchObject({ ticketsUntil: 700, plainUntil: 600 })
    await meta.noteTicket({ shareID, generation: 0, until: 100, plain: true })
    expect(await row({ id: shareID })).toMatchObject({ ticketsUntil: 700, plainUntil: 600 })
  })

  test("of tickets side by side the last one counts", async () => {
    const { meta, create, row } = bench()
    const { id: shareID } = await create({ door: "direct" })
    const ends = Array.from({ length: 20 }, (_, i) => 1_000 + ((i * 7) % 20))
    await Promise.all(ends.map((until) => meta.noteTicket({ shareID, generation: 0, until, plain: true })))
    expect(await row({ id: shareID })).toMatchObject({ ticketsUntil: 1_019, plainUntil: 1_019 })
  })

  test("no ticket is noted for no share or a revoked one", async () => {
    const { meta, create } = bench()
    const { id: shareID } = await create({ door: "direct" })
    await meta.noteTicket({ shareID, generation: 0, until: 500, plain: false })
    await meta.revoke({ shareID: shareID, generation: 0 }, 9)
    expect(await meta.noteTicket({ shareID, generation: 0, until: 900, plain: true })).toBe(false)
    expect(await meta.findDeletion(shareID)).toMatchObject({ ticketsUntil: 500 })
    expect(await meta.noteTicket({ shareID: "nobody", generation: 0, until: 900, plain: false })).toBe(false)
  })

  test("[P2] no ticket is noted for the next generation by who knows the one before", async () => {
    const { meta, create, row } = bench()
    const { id: shareID } = await create({ door: "direct" })
    await meta.revoke({ shareID, generation: 0 }, 9)
    await meta.reuseShare(newShare({ id: shareID, door: "direct" }), { generation: 0, state: "revoked" })
    expect(await meta.noteTicket({ shareID, generation: 0, until: 900, plain: true })).toBe(false)
    expect(await row({ id: shareID })).toMatchObject({ ticketsUntil: undefined, plainUntil: undefined })
    expect(await meta.noteTicket({ shareID, generation: 1, until: 900, plain: true })).toBe(true)
  })
}
