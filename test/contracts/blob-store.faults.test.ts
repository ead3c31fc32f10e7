import { beforeEach, describe, expect, onTestFinished, test } from "vitest"
import { type BlobStore, StorageError } from "../../src/shares/ports.ts"
import { createS3Store, openS3Store, PART_BYTES } from "../../src/storage/blobs/s3.ts"
import type { Operation } from "../s3/operations.ts"
import { type Fault, type StrictS3, startStrictS3 } from "../s3/strict-s3.ts"
import { chunks, collect, listed, patternOf, text } from "./blobs.ts"

/** Where something hangs: short enough for a test to sit out, long enough for an answer on loopback. */
const HASTY = { timeoutMs: 400, slowest: 20_000, tries: 3, pauseMs: 1 }
/** Everywhere else, a busy machine must not look like a broken store. */
const PATIENT = { ...HASTY, timeoutMs: 20_000 }

let s3: StrictS3
let store: BlobStore

beforeEach(async () => {
  s3 = await startStrictS3({ pageSize: 2 })
  store = storeFor()
  onTestFinished(() => s3.close())
})

function storeFor(fault?: Fault): BlobStore {
  const hangs = fault?.kind === "hang" || fault?.kind === "stall-answer"
  return createS3Store({ ...s3, pathStyle: true, patience: hangs ? HASTY : PATIENT })
}

const PASSING: [what: string, fault: Fault][] = [
  ["500", { kind: "refuse", status: 500, code: "InternalError" }],
  ["503 SlowDown", { kind: "refuse", status: 503, code: "SlowDown" }],
  ["no answer", { kind: "hang" }],
  ["a connection cut before the request was carried out", { kind: "cut", when: "before" }],
  ["a connection cut before the answer", { kind: "cut", when: "after" }],
]

const object = (key: string) => expect.objectContaining({ key, size: 3 })

const CALLS: [call: string, on: Operation, run: (store: BlobStore) => Promise<unknown>, result: unknown][] = [
  ["put", "PutObject", (store) => store.put("a/new", chunks("new")), { key: "a/new", size: 3 }],
  ["get", "GetObject", (store) => text(store, "a/1"), "one"],
  ["head", "HeadObject", (store) => store.head("a/1"), object("a/1")],
  ["delete", "DeleteObject", (store) => store.delete("a/1"), undefined],
  ["list", "ListObjectsV2", (store) => listed(store, "a/"), ["a/1", "a/2", "a/3"].map(object)],
]

const EVERY = CALLS.flatMap(([call, on, run, result]) =>
  PASSING.map(([what, fault]) => ({ call, on, run, result, what, fault })),
)

describe("a fault that passes", () => {
  beforeEach(async () => {
    for (const [key, body] of [
      ["a/1", "one"],
      ["a/2", "two"],
      ["a/3", "333"],
    ] as const)
      s3.plant(key, body)
  })

  test.each(EVERY)("$what at $call is made up for", async ({ on, fault, run, result }) => {
    s3.inject(on, fault, HASTY.tries - 1)
    expect(await run(storeFor(fault))).toEqual(result)
  })

  test.each(EVERY)(
    "$what at $call that stays is an error that may be tried again",
    async ({ call, on, fault, run }) => {
      s3.inject(on, fault)
      const error: unknown = await run(storeFor(fault)).catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(StorageError)
      expect(error).toMatchObject({ op: `blobs.${call}`, retryable: true })
      s3.heal()
      // Whatever was carried out or not: an object is whole or not there.
      expect([undefined, "new"]).toContain(await text(store, "a/new"))
    },
  )
})

describe("an answer that breaks off", () => {
  const BREAKS = ["cut-answer", "stall-answer"] as const

  test.each(BREAKS)("(%s) in a body is an error behind what came, never an end", async (kind) => {
    const body = patternOf(300_000)
    await store.put("a/1", chunks(body))
    const fault: Fault = { kind, bytes: 100_000 }
    s3.inject("GetObject", fault)
    const source = await storeFor(fault).get("a/1")
    const error: unknown = await collect(source).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(StorageError)
    expect(error).toMatchObject({ op: "blobs.get", retryable: true })
    s3.heal()
    expect(Buffer.compare(await collect(await store.get("a/1")), body)).toBe(0)
  })

  test.each(BREAKS)("(%s) in a listing is asked for again, and no entry comes twice", async (kind) => {
    for (const key of ["a/1", "a/2", "a/3"]) s3.plant(key, "x")
    const fault: Fault = { kind, bytes: 200 }
    s3.inject("ListObjectsV2", fault, 2)
    expect((await listed(storeFor(fault), "a/")).map(({ key }) => key)).toEqual(["a/1", "a/2", "a/3"])
    s3.inject("ListObjectsV2", fault)
    await expect(listed(storeFor(fault), "a/")).rejects.toMatchObject({ op: "blobs.list", retryable: true })
  })

  test("a consumer that is slow is not a store that is", async () => {
    const body = patternOf(4_000_000)
    await store.put("a/1", chunks(body))
    const read: Uint8Array[] = []
    for await (const chunk of (await storeFor({ kind: "hang" }).get("a/1")) ?? chunks()) {
      // Once, longer than the store is waited for.
      if (read.length === 0) await new Promise((resolve) => setTimeout(resolve, HASTY.timeoutMs + 100))
      read.push(chunk)
    }
    expect(Buffer.compare(Buffer.concat(read), body)).toBe(0)
  })
})

describe("an upload in parts", () => {
  const body = patternOf(2 * PART_BYTES + 1)
  const put = (fault?: Fault) => storeFor(fault).put("a/large", chunks(body))
  const OPERATIONS: Operation[] = ["UploadPart", "CompleteMultipartUpload"]
  const patient = OPERATIONS.flatMap((on) => PASSING.map(([what, fault]) => ({ on, what, fault })))

  test.each(patient)("makes up for $what at $on", async ({ on, fault }) => {
    s3.inject(on, fault, 1)
    expect(await put(fault)).toEqual({ key: "a/large", size: body.byteLength })
    expect(Buffer.compare(await collect(await store.get("a/large")), body)).toBe(0)
    expect(s3.unfinishedUploads()).toEqual([])
  })

  test.each(["CreateMultipartUpload", ...OPERATIONS] as const)(
    "leaves nothing when %s fails for good",
    async (on) => {
      s3.inject(on, { kind: "refuse", status: 503, code: "SlowDown" })
      await expect(put()).rejects.toMatchObject({ op: "blobs.put", retryable: true })
      expect(s3.keys()).toEqual([])
      expect(s3.unfinishedUploads()).toEqual([])
    },
  )

  test("lets go of a body that it has not read to its end", async () => {
    let left = false
    const source = (async function* () {
      try {
        for (;;) yield patternOf(PART_BYTES)
      } finally {
        left = true
      }
    })()
    s3.inject("CreateMultipartUpload", { kind: "refuse", status: 403, code: "AccessDenied" })
    await expect(store.put("a/large", source)).rejects.toMatchObject({ retryable: false })
    expect(left).toBe(true)
  })

  test("is not begun a second time when it may have been begun", async () => {
    s3.inject("CreateMultipartUpload", { kind: "cut", when: "after" }, 1)
    await expect(put()).rejects.toMatchObject({ op: "blobs.put", retryable: true })
    expect(s3.unfinishedUploads()).toHaveLength(1)
  })

  test("does not take an older object for its own when its completion got lost", async () => {
    s3.plant("a/large", "x".repeat(body.byteLength))
    s3.inject("CompleteMultipartUpload", { kind: "refuse", status: 404, code: "NoSuchUpload" })
    await expect(put()).rejects.toMatchObject({ op: "blobs.put", retryable: false })
  })
})

describe("a fault that stays", () => {
  test.each([
    [403, "AccessDenied"],
    [404, "NoSuchBucket"],
    [400, "InvalidArgument"],
  ])("%i %s is told at once, and not as one to try again", async (status, code) => {
    for (const [call, on, run] of CALLS) {
      s3.seen.length = 0
      s3.inject(on, { kind: "refuse", status, code })
      // An answer to HEAD has no body: 404 is all that it says.
      if (call === "head" && status === 404) continue
      await expect(run(store), call).rejects.toMatchObject({ op: `blobs.${call}`, retryable: false })
      expect(s3.seen, call).toHaveLength(1)
    }
  })

  test("a redirect is not followed: another region would refuse the signature", async () => {
    s3.inject("GetObject", { kind: "refuse", status: 307, code: "TemporaryRedirect" })
    await expect(store.get("a/1")).rejects.toMatchObject({ retryable: false, cause: { status: 307 } })
    s3.inject("ListObjectsV2", { kind: "refuse", status: 301, code: "PermanentRedirect" })
    await expect(openS3Store({ ...s3, pathStyle: true, patience: PATIENT })).rejects.toThrow(/S3_REGION/)
  })

  test("the body's own error passes as it is, and asks nothing of the store", async () => {
    const cut = new Error("the sender went away")
    const broken = (async function* () {
      yield new Uint8Array(10)
      throw cut
    })()
    await expect(store.put("a/1", broken)).rejects.toBe(cut)
    expect(s3.seen).toEqual([])
  })
})
