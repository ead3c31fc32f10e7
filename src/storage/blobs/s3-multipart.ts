import { randomUUID } from "node:crypto"
import { StorageError } from "../../shares/ports.ts"
import { readErrorBody, S3Error } from "./s3-error.ts"
import { listUnfinished } from "./s3-listing.ts"
import type { S3Requests } from "./s3-requests.ts"
import { childText, escapeXml, parseXml } from "./xml.ts"

/** Names the put that made an object, so that a lost answer to its completion can be made up for. */
const PUT_ID = "x-amz-meta-put-id"

/**
 * Uploads an object in parts (https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html): it appears when
 * all are there. What fails, the parts' source included, leaves nothing and is thrown on.
 */
export async function putInParts(
  requests: S3Requests,
  key: string,
  parts: AsyncIterable<Uint8Array>,
): Promise<number> {
  const putID = randomUUID()
  const uploadID = await begin(requests, key, putID)
  try {
    let size = 0
    const etags: string[] = []
    for await (const body of parts) {
      const query = { partNumber: String(etags.length + 1), uploadId: uploadID }
      etags.push(
        await requests.send({ op: "blobs.put", method: "PUT", key, query, body }, async ({ headers }) => {
          const etag = headers.get("etag")
          if (!etag) throw new Error("a part was taken without an ETag")
          return etag
        }),
      )
      size += body.byteLength
    }
    await complete(requests, { key, uploadID, putID, etags })
    return size
  } catch (error) {
    // When this fails as well, the uploads that are swept later say so (sweepUnfinished).
    await abort(requests, key, uploadID).catch(() => {})
    throw error
  }
}

async function begin(requests: S3Requests, key: string, putID: string): Promise<string> {
  return requests.send(
    {
      op: "blobs.put",
      method: "POST",
      key,
      query: { uploads: "" },
      headers: { [PUT_ID]: putID },
      adds: true,
    },
    async (response) => {
      const uploadID = childText(parseXml(await response.text()), "UploadId")
      if (!uploadID) throw new Error("a multipart upload was begun without an UploadId")
      return uploadID
    },
  )
}

async function complete(
  requests: S3Requests,
  { key, uploadID, putID, etags }: { key: string; uploadID: string; putID: string; etags: string[] },
): Promise<void> {
  const parts = etags.map(
    (etag, i) => `<Part><PartNumber>${i + 1}</PartNumber><ETag>${escapeXml(etag)}</ETag></Part>`,
  )
  const body = new TextEncoder().encode(
    `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${parts.join("")}</CompleteMultipartUpload>`,
  )
  try {
    await requests.send(
      { op: "blobs.put", method: "POST", key, query: { uploadId: uploadID }, body },
      async (response) => {
        const text = await response.text()
        // "A request that failed … can still be answered 200": the API's own page on CompleteMultipartUpload.
        const error = readErrorBody(text)
        if (error) throw new S3Error(response.status, error)
        parseXml(text)
      },
    )
  } catch (error) {
    // A second try whose first was carried out, and only its answer lost, finds no such upload any more.
    if (!isNoSuchUpload(error) || (await putIDOf(requests, key)) !== putID) throw error
  }
}

async function abort(requests: S3Requests, key: string, uploadID: string): Promise<void> {
  const query = { uploadId: uploadID }
  await requests.send(
    { op: "blobs.put", method: "DELETE", key, query, expect: [404] },
    async (response) => void (await response.text()),
  )
}

/**
 * Aborts what other runs left unfinished: their parts are stored, and counted, though no listing shows them. Every
 * upload of ours takes minutes at most, so `olderThanMs` of a day harms nobody's.
 */
export async function sweepUnfinished(
  requests: S3Requests,
  { prefix, before }: { prefix: string; before: number },
): Promise<number> {
  let swept = 0
  for await (const { key, uploadID, begunAt } of listUnfinished(requests, prefix)) {
    if (!(begunAt < before)) continue
    await abort(requests, key, uploadID)
    swept += 1
  }
  return swept
}

async function putIDOf(requests: S3Requests, key: string): Promise<string | null> {
  return requests.send({ op: "blobs.put", method: "HEAD", key, expect: [404] }, async ({ headers }) =>
    headers.get(PUT_ID),
  )
}

function isNoSuchUpload(error: unknown): boolean {
  const cause = error instanceof StorageError ? error.cause : undefined
  return cause instanceof S3Error && cause.code === "NoSuchUpload"
}
