import { expect, test } from "vitest"
import type { Item } from "../../src/protocol/item.ts"
import type { CountedRequest } from "../counted-blobs.ts"
import { createCountedShare, type SyncCost } from "../counted-share.ts"
import { streamedSession } from "../streamed-session.ts"

const MESSAGES = 300
/** Segments that are merged into one, and so one fewer on each of the levels that this session reaches. */
const FAN_OUT = 16
const LEVELS = 3

const bytesOf = (requests: CountedRequest[]) => requests.reduce((sum, { bytes }) => sum + bytes, 0)

test("[L1] what a sync costs does not grow with its session", { timeout: 120_000 }, async () => {
  const sessionID = "ses_grows"
  const share = await createCountedShare(sessionID)
  const costs: SyncCost[] = []
  const syncs: Item[][] = [...streamedSession({ sessionID, messages: MESSAGES, partBytes: MESSAGES * 6_700 })]
  for (const items of syncs) costs.push(await share.sync(items))
  await share.close()
  expect(costs).toHaveLength(2 * MESSAGES)

  // One object a sync that changed something, whatever came before, and nothing is read for it.
  const own = costs.map((cost) => cost.own)
  const stored = own.filter((requests) => requests.length > 0)
  for (const requests of stored) expect(requests.map(({ kind }) => kind)).toEqual(["put"])
  // A resend of what did not change costs nothing.
  expect(stored).toHaveLength(syncs.length - MESSAGES / 12)

  const [first, last] = [own.slice(0, 100), own.slice(-100)].map((requests) => bytesOf(requests.flat()))
  expect(last).toBeLessThan(1.25 * Number(first))

  // Each segment is merged once a level: read once, as these are small, and written with fifteen others.
  const merging = costs.flatMap((cost) => cost.merging)
  const merged = Math.floor(stored.length / FAN_OUT)
  const mergedAgain = Math.floor(merged / FAN_OUT)
  expect(merging.filter(({ kind }) => kind === "put")).toHaveLength(merged + mergedAgain)
  expect(merging.filter(({ kind }) => kind === "get")).toHaveLength(FAN_OUT * (merged + mergedAgain))
  expect(merging.every(({ kind }) => kind === "put" || kind === "get")).toBe(true)
  expect(Math.max(...costs.map(({ segments }) => segments))).toBeLessThanOrEqual(LEVELS * FAN_OUT)
})
