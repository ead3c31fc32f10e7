import type { BlobStore, StoredBlob } from "../../src/shares/ports.ts"

/** A body in these pieces. */
export async function* chunks(...parts: (string | Uint8Array)[]): AsyncIterable<Uint8Array> {
  for (const part of parts) yield typeof part === "string" ? new TextEncoder().encode(part) : part
}

/** A body that breaks off behind so many bytes. */
export async function* failing(bytes: number, message: string): AsyncIterable<Uint8Array> {
  yield new Uint8Array(bytes)
  throw new Error(message)
}

/** Bytes of which no two neighbouring stretches are alike. */
export function patternOf(bytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes).map((_, i) => (i ^ (i >> 8) ^ (i >> 16)) % 251)
}

/** Throws when there is nothing to collect. */
export async function collect(source: AsyncIterable<Uint8Array> | undefined): Promise<Buffer> {
  if (!source) throw new Error("there is no such object")
  const parts: Uint8Array[] = []
  for await (const part of source) parts.push(part)
  return Buffer.concat(parts)
}

export async function text(store: BlobStore, key: string): Promise<string | undefined> {
  const body = await store.get(key)
  return body && (await collect(body)).toString()
}

export async function listed(store: BlobStore, prefix: string): Promise<StoredBlob[]> {
  const found: StoredBlob[] = []
  for await (const info of store.list(prefix)) found.push(info)
  return found.sort((a, b) => (a.key < b.key ? -1 : 1))
}
