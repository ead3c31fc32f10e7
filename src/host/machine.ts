import { hash, randomBytes, timingSafeEqual } from "node:crypto"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import { constants, createBrotliCompress, createBrotliDecompress } from "node:zlib"
import type { Machine } from "../shares/ports.ts"

/** Node's clock, cryptography and compression. */
export function createMachine(): Machine {
  return {
    now: Date.now,
    randomBytes: (count) => new Uint8Array(randomBytes(count)),
    // In one call: hash objects wait for the garbage collector, thousands of them during a large sync.
    hash: (text) => hash("sha256", text, "base64url"),
    equal(a, b) {
      const [left, right] = [Buffer.from(a), Buffer.from(b)]
      return left.length === right.length && timingSafeEqual(left, right)
    },
    compress: (source) =>
      through(
        source,
        // Quality 4 is smaller and faster than gzip 6 on conversation JSON.
        createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }),
      ),
    decompress: (source) => through(source, createBrotliDecompress()),
  }
}

function through(
  source: AsyncIterable<Uint8Array>,
  transform: NodeJS.ReadWriteStream,
): AsyncIterable<Uint8Array> {
  // An error of the source must reach whoever reads the result; pipeline destroys the transform with it.
  pipeline(Readable.from(source), transform).catch(() => {})
  return transform as unknown as AsyncIterable<Uint8Array>
}
