import { createHash, createPublicKey, hash, randomBytes, timingSafeEqual, verify } from "node:crypto"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import { constants, createBrotliCompress, createBrotliDecompress } from "node:zlib"
import { createTurns } from "../api/turns.ts"
import type { Machine } from "../shares/ports.ts"
import { isStretchOf, stretch } from "./password.ts"

/** What stands before the 32 bytes of an Ed25519 key: https://www.rfc-editor.org/rfc/rfc8410#section-10.1 */
const ED25519_SPKI = Buffer.from("302a300506032b6570032100", "hex")

/**
 * Keys of small order, under which anybody can sign anything: the points of order 1, 2, 4 and 8, in every spelling but
 * for the sign. As libsodium refuses them: https://doc.libsodium.org/advanced/point-arithmetic
 */
const WEAK_KEYS: ReadonlySet<string> = new Set([
  "00".repeat(32),
  `01${"00".repeat(31)}`,
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  ...["ec", "ed", "ee"].map((first) => `${first}${"ff".repeat(30)}7f`),
])

function isWeak(key: Uint8Array): boolean {
  const unsigned = Buffer.from(key)
  unsigned[31] = (unsigned[31] ?? 0) & 0x7f
  return WEAK_KEYS.has(unsigned.toString("hex"))
}

/** Passwords that are looked at or stretched at once: each takes 32 MiB and a thread that files and names wait for too. */
const STRETCHED_AT_ONCE = 2
const MOST_WAITING = 16

/** Node's clock, cryptography and compression. */
export function createMachine(): Machine {
  const turns = createTurns({ atOnce: STRETCHED_AT_ONCE, maxWaiting: MOST_WAITING, what: "passwords" })
  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const end = await turns.begin()
    try {
      return await work()
    } finally {
      end()
    }
  }

  return {
    now: Date.now,
    randomBytes: (count) => new Uint8Array(randomBytes(count)),
    // In one call: hash objects wait for the garbage collector, thousands of them during a large sync.
    hash: (text) => hash("sha256", text, "base64url"),
    equal(a, b) {
      const [left, right] = [Buffer.from(a), Buffer.from(b)]
      return left.length === right.length && timingSafeEqual(left, right)
    },
    stretch: (password) => inTurn(() => stretch(password)),
    isStretchOf: (password, stretched) => inTurn(() => isStretchOf(password, stretched)),
    // Not by WebCrypto, whose Ed25519 Node 20 calls experimental, aloud.
    verify(key, text, signature) {
      try {
        const bytes = Buffer.from(key, "base64url")
        if (isWeak(bytes)) return false
        const der = Buffer.concat([ED25519_SPKI, bytes])
        const publicKey = createPublicKey({ key: der, format: "der", type: "spki" })
        return verify(null, Buffer.from(text), publicKey, Buffer.from(signature, "base64url"))
      } catch {
        return false
      }
    },
    async digest(source) {
      const sum = createHash("sha256")
      for await (const chunk of source) sum.update(chunk)
      return sum.digest("hex")
    },
    startDigest() {
      const sum = createHash("sha256")
      return { add: (chunk) => void sum.update(chunk), hex: () => sum.digest("hex") }
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
