import { expect, test } from "vitest"
import { fuzz } from "../fuzz/fuzz.ts"

const MiB = 2 ** 20

// A part of what `npm run fuzz` does, always the same.
test("2,500 requests of every kind: no 5xx, no crash, only errors of the list, and no memory for each", async () => {
  const { requests, statuses, heap } = await fuzz({ requests: 2_500, seed: 20_260 })
  expect(requests).toBeGreaterThan(2_500)
  // Who is always refused at the door has tried nothing of what is behind it.
  for (const status of [200, 302, 400, 403, 404, 405, 409, 410, 413, 415, 422, 431])
    expect(statuses[status], String(status)).toBeGreaterThan(0)
  // What the server keeps at hand of shares is bounded, and fills for longer than this takes: `npm run fuzz` goes beyond.
  expect(heap.last - heap.first).toBeLessThan(32 * MiB)
}, 240_000)
