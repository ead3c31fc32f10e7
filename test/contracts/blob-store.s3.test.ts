import { describe, expect, onTestFinished, test } from "vitest"
import type { TicketRequest } from "../../src/shares/ports.ts"
import { createS3Store, openS3Store, type S3StoreOptions } from "../../src/storage/blobs/s3.ts"
import { type StrictS3, type StrictS3Options, startStrictS3 } from "../s3/strict-s3.ts"
import { blobStoreContract } from "./blob-store.ts"
import { chunks, listed, patternOf } from "./blobs.ts"

const PREFIX = "team/better-share/"
const PATIENCE = { timeoutMs: 5_000, tries: 3, pauseMs: 1 }

function optionsFor(s3: StrictS3): S3StoreOptions {
  const { endpoint, region, bucket, accessKeyID, secretAccessKey } = s3
  const place = { endpoint, region, bucket, accessKeyID, secretAccessKey, pathStyle: true }
  return { ...place, prefix: PREFIX, patience: PATIENCE }
}

/** Ends with the test that started it. */
async function start(options?: StrictS3Options) {
  const s3 = await startStrictS3(options)
  onTestFinished(() => s3.close())
  return { s3, options: optionsFor(s3), store: createS3Store(optionsFor(s3)) }
}

// A page size that divides nothing, so that listings have several pages and a short last one.
blobStoreContract("strict S3", async () => {
  const s3 = await startStrictS3({ pageSize: 97 })
  return {
    store: await openS3Store(optionsFor(s3)),
    at: async (now) => createS3Store({ ...optionsFor(s3), now }),
    leftovers: async () => s3.unfinishedUploads(),
    close: () => s3.close(),
  }
})

describe("in the bucket", () => {
  test("every key has the prefix, and what others keep beside it is not seen", async () => {
    const { s3, options, store } = await start()
    await store.put("shares/a/1", chunks("x"))
    await createS3Store({ ...options, prefix: "" }).put("shares/a/2", chunks("not ours"))
    expect(s3.keys()).toEqual(["shares/a/2", `${PREFIX}shares/a/1`])
    expect(await listed(store, "")).toMatchObject([{ key: "shares/a/1", size: 1 }])
  })

  test("objects that cannot be ours are not listed, such as a console's folders", async () => {
    const { s3, store } = await start()
    await store.put("shares/a/1", chunks("x"))
    s3.plant(`${PREFIX}shares/a/`, "")
    s3.plant(`${PREFIX}shares/a/with space & <sign>`, "x")
    expect(await listed(store, "shares/a/")).toMatchObject([{ key: "shares/a/1", size: 1 }])
  })

  test("a small body takes one request, a large one a part for every 8 MiB", async () => {
    const { s3, store } = await start()
    await store.put("small", chunks("x".repeat(1000)))
    expect(s3.seen.map(({ operation, bytes }) => [operation, bytes])).toEqual([["PutObject", 1000]])
    s3.seen.length = 0
    await store.put("large", chunks(patternOf(16 * 1024 * 1024), patternOf(1)))
    expect(s3.seen.map(({ operation }) => operation)).toEqual([
      "CreateMultipartUpload",
      "UploadPart",
      "UploadPart",
      "UploadPart",
      "CompleteMultipartUpload",
    ])
    expect(s3.seen.slice(1, 4).map(({ bytes }) => bytes)).toEqual([8_388_608, 8_388_608, 1])
  })

  test("opening removes uploads that a crash left in parts more than a day ago, under its prefix only", async () => {
    let now = Date.now() - 25 * 3_600_000
    const { s3, options } = await start({ now: () => now, pageSize: 1 })
    for (const key of [`${PREFIX}old/1`, `${PREFIX}old/2`, "others/1"]) s3.plantUpload(key)
    now = Date.now()
    s3.plantUpload(`${PREFIX}new`)
    await openS3Store(options)
    await expect.poll(() => s3.unfinishedUploads().sort()).toEqual(["others/1", `${PREFIX}new`])
  })
})

test("a ticket signs what it is for: a changed length is refused before its body is read", async () => {
  const { store } = await start()
  const request = { key: "a/1", contentType: "text/plain", expiresAt: Date.now() + 60_000 }
  const signedBy = async (changes: Partial<TicketRequest>) => {
    const { url } = await store.ticket({ ...request, ...changes })
    return new URL(url).searchParams.get("X-Amz-SignedHeaders")
  }
  expect(await signedBy({})).toBe("content-type;host")
  expect(await signedBy({ exact: { bytes: 3, sha256: "0".repeat(64) } })).toBe(
    "content-length;content-type;host;if-none-match;x-amz-content-sha256",
  )
})

describe("addresses", () => {
  const place = {
    endpoint: "https://storage.example.com",
    region: "eu-test-1",
    bucket: "sessions",
    accessKeyID: "AK",
    secretAccessKey: "SK",
    pathStyle: true,
  }
  const request = { key: "shares/a/1", contentType: "text/plain", expiresAt: Date.now() + 60_000 }
  const ticketUrl = async (changes: Partial<S3StoreOptions>) => {
    const { url } = await createS3Store({ ...place, ...changes }).ticket(request)
    return url.split("?")[0]
  }

  test("have the bucket in the path, or in the name", async () => {
    expect(await ticketUrl({})).toBe("https://storage.example.com/sessions/shares/a/1")
    expect(await ticketUrl({ pathStyle: false })).toBe("https://sessions.storage.example.com/shares/a/1")
    expect(await ticketUrl({ endpoint: "http://127.0.0.1:9000/store/", prefix: "p/" })).toBe(
      "http://127.0.0.1:9000/store/sessions/p/shares/a/1",
    )
  })

  test("of tickets are the public ones, of requests the endpoint's", async () => {
    const publicEndpoint = "https://uploads.example.com"
    expect(await ticketUrl({ publicEndpoint })).toBe("https://uploads.example.com/sessions/shares/a/1")
    const asked: string[] = []
    const fetch = async (input: string | URL | Request) => {
      asked.push(String(input))
      return new Response(null, { status: 404 })
    }
    await createS3Store({ ...place, publicEndpoint, fetch }).head("shares/a/1")
    expect(asked).toEqual(["https://storage.example.com/sessions/shares/a/1"])
  })
})

describe("opening says which variable is wrong", () => {
  const wrong: [what: string, changes: Partial<S3StoreOptions>, sentence: RegExp][] = [
    ["a bucket that is not there", { bucket: "nowhere" }, /no bucket nowhere .* S3_BUCKET/],
    ["an unknown access key", { accessKeyID: "AKOTHER" }, /does not know .* S3_ACCESS_KEY_ID/],
    ["a wrong secret", { secretAccessKey: "wrong" }, /refuses the signature: correct S3_SECRET_ACCESS_KEY/],
    ["another region", { region: "us-west-2" }, /correct S3_REGION .*expecting 'eu-test-1'/],
    ["nobody there", { endpoint: "http://127.0.0.1:9" }, /cannot be reached .* S3_ENDPOINT/],
    ["a clock that is wrong", { now: () => Date.now() - 3_600_000 }, /clocks .* too far apart/],
  ]
  test.each(wrong)("%s", async (_, changes, sentence) => {
    const { options } = await start()
    await expect(openS3Store({ ...options, ...changes })).rejects.toThrow(sentence)
  })

  test("a bucket that keeps old versions of what is deleted", async () => {
    const { s3, options } = await start()
    s3.keepVersions()
    await expect(openS3Store(options)).rejects.toThrow(/keeps old versions .* S3_BUCKET/)
  })

  test("no secret is in any of these sentences", async () => {
    const { options } = await start()
    for (const [, changes] of wrong) {
      const error: unknown = await openS3Store({ ...options, ...changes }).catch((reason: unknown) => reason)
      expect(String(error)).not.toContain(options.secretAccessKey)
    }
  })
})
