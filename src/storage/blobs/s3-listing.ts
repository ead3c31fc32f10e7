import type { StoredBlob } from "../../shares/ports.ts"
import type { S3Requests } from "./s3-requests.ts"
import { childrenNamed, childText, parseXml, type XmlElement } from "./xml.ts"

/** All objects whose keys begin with `prefix` (and hold it), page by page: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
export async function* listObjects(requests: S3Requests, prefix: string): AsyncIterable<StoredBlob> {
  let continuation: Record<string, string> | undefined = {}
  while (continuation) {
    const query: Record<string, string> = { "list-type": "2", prefix, ...continuation }
    // The whole page is read within the request, so that one that breaks off is asked for again.
    const page: XmlElement = await requests.send(
      { op: "blobs.list", method: "GET", key: "", query },
      async (response) => readPage(await response.text(), "ListBucketResult"),
    )
    for (const entry of childrenNamed(page, "Contents")) yield readObject(entry)
    const token = childText(page, "NextContinuationToken")
    const more = childText(page, "IsTruncated") === "true" && token
    continuation = more ? { "continuation-token": more } : undefined
  }
}

export interface UnfinishedUpload {
  key: string
  uploadID: string
  /** Milliseconds since the epoch. */
  begunAt: number
}

/** Multipart uploads that were begun and neither completed nor aborted: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html */
export async function* listUnfinished(requests: S3Requests, prefix: string): AsyncIterable<UnfinishedUpload> {
  let markers: Record<string, string> | undefined = {}
  while (markers) {
    const query: Record<string, string> = { uploads: "", prefix, ...markers }
    const page: XmlElement = await requests.send(
      { op: "blobs.list", method: "GET", key: "", query },
      async (response) => readPage(await response.text(), "ListMultipartUploadsResult"),
    )
    for (const entry of childrenNamed(page, "Upload")) {
      const begunAt = Date.parse(childText(entry, "Initiated") ?? "")
      yield { key: required(entry, "Key"), uploadID: required(entry, "UploadId"), begunAt }
    }
    const key = childText(page, "NextKeyMarker")
    const upload = childText(page, "NextUploadIdMarker") ?? ""
    const more = childText(page, "IsTruncated") === "true" && key
    markers = more ? { "key-marker": more, "upload-id-marker": upload } : undefined
  }
}

/** Throws a SyntaxError when it is not the page that was asked for. */
export function readPage(text: string, name: string): XmlElement {
  const page = parseXml(text)
  if (page.name !== name) throw new SyntaxError(`expected <${name}>, got <${page.name}>`)
  return page
}

function readObject(entry: XmlElement): StoredBlob {
  const size = Number(required(entry, "Size"))
  const modifiedAt = Math.floor(Date.parse(required(entry, "LastModified")) / 1000) * 1000
  if (!Number.isSafeInteger(size) || Number.isNaN(modifiedAt)) {
    throw new SyntaxError("an object of no size or time is listed")
  }
  return { key: required(entry, "Key"), size, modifiedAt, version: unquoted(required(entry, "ETag")) }
}

/** An ETag's quotes are part of the header in HTTP; some servers leave them out of listings. */
export function unquoted(etag: string): string {
  return etag.replace(/^"(.*)"$/, "$1")
}

function required(entry: XmlElement, name: string): string {
  const text = childText(entry, name)
  if (text === undefined || text === "") throw new SyntaxError(`<${entry.name}> without <${name}>`)
  return text
}
