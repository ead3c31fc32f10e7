import { expect } from "vitest"
import type { Item } from "../../src/protocol/item.ts"
import type { Shares } from "../../src/shares/shares.ts"
import { itemsOf } from "../items.ts"
import { once } from "./stack.ts"

let sessions = 0

/** Whoever takes syncs: a node's memory, or a client of its API. */
export type Writer = Pick<Shares, "create" | "append" | "revoke">

/** A share that its writer goes on with, on whatever node, and what it must say by now. */
export interface Written {
  id: string
  secret: string
  /** One commit more. `padding` makes it as large as it is to be. */
  write(node: Writer, padding?: string): Promise<void>
  remove(node: Writer): Promise<unknown>
  /** Commits that were begun, and how many of them were acknowledged. */
  commits: Item[][]
  acknowledged(): number
}

export async function newShare(node: Writer): Promise<Written> {
  const sessionID = `ses_${++sessions}`
  const { session, user, text } = itemsOf(sessionID)
  const { id, secret } = await node.create({ sessionID, creator: "me", address: "here" })
  const commits: Item[][] = []
  let acknowledged = 0
  return {
    id,
    secret,
    commits,
    acknowledged: () => acknowledged,
    remove: (node) => node.revoke({ shareID: id, secret }),
    async write(node, padding = "") {
      const n = commits.length
      // Most parts change several times; messages only come.
      const items = [user(`msg_${n}`, n), text(`msg_${n - (n % 5)}`, "prt", `version ${n} ${padding}`)]
      if (n === 0) items.unshift(session())
      commits.push(items)
      await node.append({ shareID: id, secret, items: once(items) })
      acknowledged = commits.length
    },
  }
}

/** What `/data` says when the first so many commits are there, in the order of first appearance. */
export function dataAfter({ commits }: Written, revision: number): Item[] {
  const last = new Map<string, Item>()
  for (const item of commits.slice(0, revision).flat()) {
    const { id, messageID } = item.data as { id: string; messageID?: string }
    last.set(`${item.type} ${messageID} ${id}`, item)
  }
  return [...last.values()]
}

/** Whatever the reader sees is all of the commits up to a revision that had been begun. */
export async function checkWhole(share: Written, reader: Shares): Promise<number> {
  const acknowledged = share.acknowledged()
  const { share: row, fold } = await reader.read(share.id)
  const items = [...fold.items()]
  expect(row.revision).toBeGreaterThanOrEqual(acknowledged)
  expect(items).toEqual(dataAfter(share, row.revision))
  return row.revision
}
