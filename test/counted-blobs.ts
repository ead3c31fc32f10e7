import type { BlobStore } from "../src/shares/ports.ts"

/** One request to a store. */
export interface CountedRequest {
  kind: "put" | "get" | "head" | "delete" | "list"
  key: string
  /** Of the object's body, whichever way it went. */
  bytes: number
}

/** The store, and every request to it in order, from when it was answered. */
export function countBlobs(blobs: BlobStore): { blobs: BlobStore; requests: CountedRequest[] } {
  const requests: CountedRequest[] = []

  async function* counted(body: AsyncIterable<Uint8Array>, request: CountedRequest) {
    for await (const chunk of body) {
      request.bytes += chunk.byteLength
      yield chunk
    }
  }

  return {
    requests,
    blobs: {
      ticket: blobs.ticket,
      async put(key, body) {
        const info = await blobs.put(key, body)
        requests.push({ kind: "put", key, bytes: info.size })
        return info
      },
      async get(key) {
        const request: CountedRequest = { kind: "get", key, bytes: 0 }
        requests.push(request)
        const body = await blobs.get(key)
        return body && counted(body, request)
      },
      head(key) {
        requests.push({ kind: "head", key, bytes: 0 })
        return blobs.head(key)
      },
      delete(key) {
        requests.push({ kind: "delete", key, bytes: 0 })
        return blobs.delete(key)
      },
      list(prefix) {
        requests.push({ kind: "list", key: prefix, bytes: 0 })
        return blobs.list(prefix)
      },
    },
  }
}
