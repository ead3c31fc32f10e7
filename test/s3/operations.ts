import { childrenNamed, childText, escapeXml, parseXml } from "../../src/storage/blobs/xml.ts"
import type { MemoryBucket, StoredObject } from "./memory-bucket.ts"
import { Refusal } from "./refusal.ts"

/** The part of S3 that the strict server speaks: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations.html */
export type Operation = keyof typeof OPERATIONS

export interface Call {
  bucket: MemoryBucket
  key: string
  query: ReadonlyMap<string, string>
  headers: Readonly<Record<string, string | undefined>>
  body: Buffer
  /** Entries a page of a listing holds at most. */
  pageSize: number
}

export interface Answer {
  status: number
  headers?: Record<string, string>
  body?: Buffer | string
}

export const OPERATIONS = {
  PutObject({ bucket, key, headers, body }: Call): Answer {
    const condition = headers["if-none-match"]
    if (condition !== undefined && condition !== "*") throw new Refusal(501, "NotImplemented")
    if (headers["if-match"] !== undefined) throw new Refusal(501, "NotImplemented")
    const stored = bucket.put(key, { body, headers: keptHeaders(headers), onlyNew: condition === "*" })
    return { status: 200, headers: { etag: stored.etag } }
  },

  GetObject({ bucket, key, headers }: Call): Answer {
    const object = find(bucket, key)
    const range = headers.range
    if (range === undefined) return { status: 200, headers: describe(object), body: object.body }
    const [start, end] = readRange(range, object.body.length)
    return {
      status: 206,
      headers: { ...describe(object), "content-range": `bytes ${start}-${end}/${object.body.length}` },
      body: object.body.subarray(start, end + 1),
    }
  },

  HeadObject({ bucket, key }: Call): Answer {
    const object = find(bucket, key)
    return { status: 200, headers: describe(object), body: object.body }
  },

  DeleteObject({ bucket, key }: Call): Answer {
    bucket.objects.delete(key)
    return { status: 204 }
  },

  ListObjectsV2({ bucket, query, pageSize }: Call): Answer {
    const prefix = query.get("prefix") ?? ""
    const token = query.get("continuation-token")
    const after = token === undefined ? (query.get("start-after") ?? "") : readToken(token)
    const most = Math.min(pageSize, Number(query.get("max-keys") ?? pageSize))
    const keys = bucket.keys({ prefix, after })
    const page = keys.slice(0, most)
    const last = page.at(-1)
    const more = keys.length > page.length && last !== undefined
    const entries = page.map((key) => {
      const { body, etag, modified } = find(bucket, key)
      return `<Contents><Key>${escapeXml(key)}</Key><LastModified>${modified.toISOString()}</LastModified><ETag>${escapeXml(etag)}</ETag><Size>${body.length}</Size><StorageClass>STANDARD</StorageClass></Contents>`
    })
    return xml(
      "ListBucketResult",
      `<Prefix>${escapeXml(prefix)}</Prefix><KeyCount>${page.length}</KeyCount><MaxKeys>${most}</MaxKeys><IsTruncated>${more}</IsTruncated>${more ? `<NextContinuationToken>${makeToken(last)}</NextContinuationToken>` : ""}${entries.join("")}`,
    )
  },

  CreateMultipartUpload({ bucket, key, headers }: Call): Answer {
    const { id } = bucket.begin(key, keptHeaders(headers))
    return xml("InitiateMultipartUploadResult", `<Key>${escapeXml(key)}</Key><UploadId>${id}</UploadId>`)
  },

  UploadPart({ bucket, key, query, body }: Call): Answer {
    const number = Number(query.get("partNumber"))
    return {
      status: 200,
      headers: { etag: bucket.putPart(key, query.get("uploadId") ?? "", { number, body }) },
    }
  },

  CompleteMultipartUpload({ bucket, key, query, body }: Call): Answer {
    const wanted = childrenNamed(parseXml(body.toString()), "Part").map((part) => ({
      number: Number(childText(part, "PartNumber")),
      etag: childText(part, "ETag") ?? "",
    }))
    const { etag } = bucket.complete(key, query.get("uploadId") ?? "", wanted)
    // White space first, as S3 does while it is still at work.
    return xml("CompleteMultipartUploadResult", `<ETag>${escapeXml(etag)}</ETag>`, "\n \n")
  },

  AbortMultipartUpload({ bucket, key, query }: Call): Answer {
    bucket.abort(key, query.get("uploadId") ?? "")
    return { status: 204 }
  },

  ListMultipartUploads({ bucket, query, pageSize }: Call): Answer {
    const prefix = query.get("prefix") ?? ""
    const after = `${query.get("key-marker") ?? ""}\n${query.get("upload-id-marker") ?? ""}`
    const found = [...bucket.uploads.values()]
      .map((upload) => ({ ...upload, place: `${upload.key}\n${upload.id}` }))
      .filter(({ key, place }) => key.startsWith(prefix) && place > after)
      .sort((a, b) => (a.place < b.place ? -1 : 1))
    const page = found.slice(0, pageSize)
    const last = page.at(-1)
    const more = found.length > page.length && last !== undefined
    const entries = page.map(
      ({ key, id, begun }) =>
        `<Upload><Key>${escapeXml(key)}</Key><UploadId>${id}</UploadId><Initiated>${begun.toISOString()}</Initiated></Upload>`,
    )
    return xml(
      "ListMultipartUploadsResult",
      `<IsTruncated>${more}</IsTruncated>${more ? `<NextKeyMarker>${escapeXml(last.key)}</NextKeyMarker><NextUploadIdMarker>${last.id}</NextUploadIdMarker>` : ""}${entries.join("")}`,
    )
  },

  HeadBucket: (): Answer => ({ status: 200 }),

  GetBucketVersioning: ({ bucket }: Call): Answer =>
    xml("VersioningConfiguration", bucket.versioned ? "<Status>Enabled</Status>" : ""),
} as const

/** Which operation a request is; undefined for what this server does not know. */
export function operationOf(
  method: string,
  key: string,
  query: ReadonlyMap<string, string>,
): Operation | undefined {
  if (key === "") {
    if (method === "HEAD") return "HeadBucket"
    if (method !== "GET") return undefined
    if (query.has("versioning")) return "GetBucketVersioning"
    if (query.has("uploads")) return "ListMultipartUploads"
    return query.get("list-type") === "2" && !query.has("delimiter") ? "ListObjectsV2" : undefined
  }
  if (query.has("uploadId")) return ON_UPLOAD[method]
  if (query.has("uploads")) return method === "POST" ? "CreateMultipartUpload" : undefined
  return ON_OBJECT[method]
}

const ON_OBJECT: Record<string, Operation> = {
  PUT: "PutObject",
  GET: "GetObject",
  HEAD: "HeadObject",
  DELETE: "DeleteObject",
}

const ON_UPLOAD: Record<string, Operation> = {
  PUT: "UploadPart",
  POST: "CompleteMultipartUpload",
  DELETE: "AbortMultipartUpload",
}

function find(bucket: MemoryBucket, key: string): StoredObject {
  const object = bucket.objects.get(key)
  if (!object) throw new Refusal(404, "NoSuchKey")
  return object
}

function describe({ etag, headers, modified }: StoredObject): Record<string, string> {
  return { ...headers, etag, "last-modified": modified.toUTCString(), "accept-ranges": "bytes" }
}

function keptHeaders(headers: Call["headers"]): Record<string, string> {
  const kept = Object.entries(headers).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && (entry[0] === "content-type" || entry[0].startsWith("x-amz-meta-")),
  )
  return { "content-type": "binary/octet-stream", ...Object.fromEntries(kept) }
}

/** One range of RFC 9110: `bytes=2-5`, `bytes=2-` or `bytes=-3`. First and last byte. */
function readRange(range: string, size: number): [start: number, end: number] {
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(range) ?? []
  const start = from === "" ? Math.max(0, size - Number(to)) : Number(from)
  const end = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1)
  if ((from === "" && to === "") || start > end) throw new Refusal(416, "InvalidRange")
  return [start, end]
}

/** Opaque to clients, and with characters that have to survive a query. */
function makeToken(key: string): string {
  return `+/${Buffer.from(key).toString("base64")}=`
}

function readToken(token: string): string {
  if (!/^\+\/.*=$/.test(token)) throw new Refusal(400, "InvalidArgument", "The continuation token is wrong.")
  return Buffer.from(token.slice(2, -1), "base64").toString()
}

function xml(name: string, content: string, before = ""): Answer {
  return {
    status: 200,
    headers: { "content-type": "application/xml" },
    body: `${before}<?xml version="1.0" encoding="UTF-8"?>\n<${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</${name}>`,
  }
}
