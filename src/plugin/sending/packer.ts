import { createHash } from "node:crypto"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import { constants, createBrotliCompress, createBrotliDecompress } from "node:zlib"
import type { Item } from "../../protocol/item.ts"
import { readItem } from "../../protocol/item.ts"

/** A segment that is ready to be put. */
export interface PackedSegment {
  body: Uint8Array<ArrayBuffer>
  bytes: number
  /** Lower-case hex, of the body. */
  sha256: string
  items: number
  /** Uncompressed, line ends included. */
  contentBytes: number
  /** By how many of its owner's rules what is in it was redacted, where nobody but its author can. */
  redactions?: number
}

/** How a share's segments are made and read again. */
export interface Packer {
  pack(lines: AsyncIterable<string> | Iterable<string>): Promise<PackedSegment>
  /** Items in batches, so that a large segment never stands in memory whole. */
  unpack(body: Uint8Array): AsyncIterable<Item[]>
}

/** Brotli 4 is smaller and faster than gzip 6 on session content (docs/benchmarks.md). */
const QUALITY = 4

/** Newline-delimited JSON in Brotli, as the server reads it. Compression runs on threads of its own. */
export function createBrotliPacker(): Packer {
  return {
    async pack(lines) {
      const chunks: Buffer[] = []
      const hash = createHash("sha256")
      let items = 0
      let contentBytes = 0
      async function* encode(): AsyncIterable<Buffer> {
        for await (const line of lines) {
          const bytes = Buffer.from(`${line}\n`)
          items++
          contentBytes += bytes.length
          yield bytes
        }
      }
      const compress = createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: QUALITY } })
      await pipeline(Readable.from(encode()), compress, async (compressed: AsyncIterable<Buffer>) => {
        for await (const chunk of compressed) {
          hash.update(chunk)
          chunks.push(chunk)
        }
      })
      const body = new Uint8Array(Buffer.concat(chunks))
      return { body, bytes: body.length, sha256: hash.digest("hex"), items, contentBytes }
    },

    async *unpack(body) {
      const decoder = new TextDecoder("utf-8", { fatal: true })
      let rest = ""
      for await (const chunk of Readable.from([Buffer.from(body)]).pipe(createBrotliDecompress())) {
        const lines = (rest + decoder.decode(chunk as Buffer, { stream: true })).split("\n")
        rest = lines.pop() ?? ""
        if (lines.length > 0) yield lines.map((line) => readItem(JSON.parse(line), "segment"))
      }
      if (rest !== "") throw new Error("the segment ends within a line")
    },
  }
}
