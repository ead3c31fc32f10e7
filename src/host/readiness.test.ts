import { afterEach, beforeEach, expect, test, vi } from "vitest"
import type { Lack } from "../api/health.ts"
import { createReadiness } from "./readiness.ts"

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function start(check: () => Promise<readonly Lack[]>) {
  const clock = { now: 1_000_000 }
  const told: string[] = []
  const tell = (fields: object, message: string) =>
    void told.push(`${message} ${Object.values(fields).map(String)}`)
  let asked = 0
  const readiness = createReadiness({
    checks: {
      storage: () => {
        asked++
        return check()
      },
    },
    now: () => clock.now,
    log: { info: tell, warn: tell },
  })
  return { clock, told, readiness, asked: () => asked }
}

test("[OB2] however many ask, within a second one question is asked", async () => {
  const { readiness, clock, asked } = start(async () => [])
  await Promise.all(Array.from({ length: 100 }, () => readiness.lacks()))
  clock.now += 999
  expect(await readiness.lacks()).toEqual([])
  expect(asked()).toBe(1)
  clock.now += 1
  await readiness.lacks()
  expect(asked()).toBe(2)
  // A clock that was set back does not keep an answer for ever.
  clock.now -= 3_600_000
  await readiness.lacks()
  expect(asked()).toBe(3)
})

test("[OB2] what does not answer in two seconds is lacking, and not asked again beside that", async () => {
  let answer: (lacks: readonly Lack[]) => void = () => {}
  const { readiness, clock, asked } = start(
    () =>
      new Promise((resolve) => {
        answer = resolve
      }),
  )
  for (let times = 0; times < 3; times++) {
    const lacks = readiness.lacks()
    await vi.advanceTimersByTimeAsync(2_000)
    expect(await lacks).toEqual(["storage"])
    clock.now += 2_000
  }
  expect(asked()).toBe(1)
  answer([])
  expect(await readiness.lacks()).toEqual([])
})

test("[OB2] reasons are told to the log, once", async () => {
  let failure: Error | undefined = new Error("the reason")
  const { readiness, clock, told } = start(async () => {
    if (failure) throw failure
    return []
  })
  for (let times = 0; times < 3; times++) {
    expect(await readiness.lacks()).toEqual(["storage"])
    clock.now += 1_000
  }
  failure = undefined
  expect(await readiness.lacks()).toEqual([])
  expect(told).toEqual(["not ready storage,Error: the reason", "ready again storage"])
})

test("[OB2] a server that is about to stop says so, and asks nothing more", async () => {
  const { readiness, asked } = start(async () => [])
  readiness.stop()
  expect(await readiness.lacks()).toEqual(["stopping"])
  expect(asked()).toBe(0)
})
