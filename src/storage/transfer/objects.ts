import { resolve } from "node:path"
import type { BlobStore } from "../../shares/ports.ts"
import { openFileStore } from "../blobs/file.ts"
import { createS3Store, openS3Store, type S3Settings } from "../blobs/s3.ts"

export type ObjectPlace = { folder: string } | { bucket: S3Settings }

/** Where objects are, without a secret: of one place always the same. */
export function nameObjects(place: ObjectPlace): string {
  if ("folder" in place) return `files in ${resolve(place.folder)}`
  const { endpoint, bucket, prefix = "" } = place.bucket
  return `bucket ${bucket}${prefix === "" ? "" : `/${prefix.replace(/\/$/, "")}`} at ${endpoint}`
}

/** A server may be running on what is only read. Throws a sentence for the operator when a target cannot be used. */
export async function openObjects(place: ObjectPlace, use: "read" | "fill"): Promise<BlobStore> {
  // Nobody uploads here, so tickets lead nowhere.
  if ("folder" in place) {
    return openFileStore({ root: place.folder, baseUrl: "http://localhost", guest: use === "read" })
  }
  return use === "read" ? createS3Store(place.bucket) : openS3Store(place.bucket)
}

/** All prefixes that objects of shares stand under. */
const PREFIXES = ["shares/", "sessions/"]

export async function requireNoObjects(store: BlobStore, name: string): Promise<void> {
  for (const prefix of PREFIXES) {
    for await (const { key } of store.list(prefix)) {
      throw new Error(`${name} is not empty: it has ${key}. Take an empty place, such as another S3_PREFIX.`)
    }
  }
}

export async function countObjects(store: BlobStore, signal: AbortSignal | undefined): Promise<number> {
  let count = 0
  for (const prefix of PREFIXES) {
    for await (const _ of store.list(prefix)) {
      signal?.throwIfAborted()
      count++
    }
  }
  return count
}
