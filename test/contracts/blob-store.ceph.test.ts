import { randomUUID } from "node:crypto"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import {
  createBucketProbe,
  createS3Store,
  openS3Store,
  type S3StoreOptions,
} from "../../src/storage/blobs/s3.ts"
import { listUnfinished } from "../../src/storage/blobs/s3-listing.ts"
import { createS3Requests, PATIENCE } from "../../src/storage/blobs/s3-requests.ts"
import { provideS3, S3_PATIENCE_MS } from "../provision/ceph.ts"
import type { S3Server } from "../s3/s3-server.ts"
import { blobStoreContract } from "./blob-store.ts"

// The referee: what passes on the server in test/s3 has to pass here as well.

let s3: S3Server
let options: S3StoreOptions

beforeAll(async () => {
  s3 = await provideS3()
  // Of its own, as the server may be one that others use, too.
  const prefix = `better-share-test-${randomUUID()}/`
  options = { ...s3, pathStyle: true, prefix }
}, S3_PATIENCE_MS)

afterAll(async () => {
  await s3?.close()
})

blobStoreContract("a real S3 server", async () => {
  const store = await openS3Store(options)
  const { prefix = "" } = options
  const requests = createS3Requests({ ...options, fetch, now: Date.now, patience: PATIENCE })
  return {
    store,
    at: async (now) => createS3Store({ ...options, now }),
    async leftovers() {
      const found: string[] = []
      for await (const { key } of listUnfinished(requests, prefix)) found.push(key)
      return found
    },
    async close() {
      for await (const { key } of store.list("")) await store.delete(key)
    },
  }
})

test("[OB2] a bucket that is there answers the probe, and one that is not does not", async () => {
  await createBucketProbe(options)()
  const elsewhere = createBucketProbe({ ...options, bucket: "better-share-nowhere" })
  await expect(elsewhere()).rejects.toMatchObject({ op: "blobs.probe", cause: { status: 404 } })
})

describe("opening says which variable is wrong, as this server words it", () => {
  test.each<[what: string, changes: Partial<S3StoreOptions>, sentence: RegExp]>([
    ["a bucket that is not there", { bucket: "better-share-nowhere" }, /no bucket .* S3_BUCKET/],
    ["an unknown access key", { accessKeyID: "AKOTHER" }, /correct S3_ACCESS_KEY_ID/],
    ["a wrong secret", { secretAccessKey: "wrong" }, /correct S3_SECRET_ACCESS_KEY/],
    ["a clock that is wrong", { now: () => Date.now() - 3_600_000 }, /clocks .* too far apart/],
  ])("%s", async (_, changes, sentence) => {
    await expect(openS3Store({ ...options, ...changes })).rejects.toThrow(sentence)
  })
})
