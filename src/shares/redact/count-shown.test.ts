import { expect, onTestFinished, test, vi } from "vitest"
import { itemsOf } from "../../../test/items.ts"
import { createFold } from "../../protocol/fold.ts"
import { StorageError } from "../ports.ts"
import type { Snapshot } from "../read/read.ts"
import { createShownCounter } from "./count-shown.ts"

const RULES = [
  { id: "first", kind: "text", text: "hunter2" },
  { id: "second", kind: "part", messageID: "msg", partID: "prt_2" },
] as const

/** Says it three times, and once more in a version that nobody is shown. */
function readAtOnce(): Promise<Snapshot> {
  const { session, text } = itemsOf("ses_1")
  const fold = createFold("ses_1")
  fold.apply([session({ title: "hunter2" }), text("msg", "prt_1", "hunter2 hunter2 hunter2")])
  fold.apply([text("msg", "prt_1", "hunter2, hunter2"), text("msg", "prt_2", "as a whole")])
  return Promise.resolve({ fold } as Snapshot)
}

test("[Z11] counted is what is shown, by all rules together", async () => {
  expect(await createShownCounter({ read: readAtOnce })("id", RULES)).toBe(4)
})

test("[Z11] what cannot be read is not counted, and keeps no rule from holding", async () => {
  const read = () => Promise.reject(new StorageError("blobs.get", { retryable: true, cause: "away" }))
  expect(await createShownCounter({ read })("id", RULES)).toBeUndefined()
})

test("[Z11] a rule waits two seconds and no longer", async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const counting = createShownCounter({ read: () => new Promise(() => {}) })("id", RULES)
  let done = false
  void counting.then(() => {
    done = true
  })
  await vi.advanceTimersByTimeAsync(1_999)
  expect(done).toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  expect(await counting).toBeUndefined()
})
