const KiB = 1024
const MiB = 1024 * KiB
const GiB = 1024 * MiB

/** Ceilings that hold unless the operator sets others (the names in host/config.ts). Bytes where not said otherwise. */
export const LIMITS = {
  /** One sync body. A first sync carries the whole session. */
  syncBytes: 256 * MiB,
  /** All items of a share in their last versions. */
  shareBytes: 512 * MiB,
  /** One item of a sync: a tool output, or a file as a data URL. */
  itemBytes: 16 * MiB,
  /** The object of a share in the plain form: it is parsed whole. */
  plainBytes: 16 * MiB,
  /** Values in it. Counted. */
  plainValues: 2_000_000,
  /** One segment that a client uploads, as stored. */
  segmentBytes: 256 * MiB,
  /** Bodies of every other route. */
  requestBytes: 64 * KiB,
  /** One segment of an encrypted share, uncompressed: a browser holds it whole. */
  sealedContentBytes: 64 * MiB,
  /** The same as stored: what gzip cannot make smaller, it makes a little larger. */
  sealedSegmentBytes: 65 * MiB,
  /** All segments of an encrypted share as a browser holds them (protocol/weight.ts). */
  sealedWeight: 512 * MiB,
  /** The head of an encrypted share, as base64url: it travels in a request of that size. Characters. */
  headChars: 32 * KiB,
  /** One rule by which something was taken out of an encrypted share, as base64url. Characters. */
  sealedRuleChars: 48 * KiB,
  /** A request that takes something out of an encrypted share: its rules, and a head. */
  sealedRedactionBytes: 1 * MiB,
  /** Segments of an encrypted share: so many names fit into a head. Counted. */
  sealedSegments: 256,
  /** Values in one item that a client uploads: parsing takes many times their text. Counted. */
  itemValues: 200_000,
  /** Levels of nesting in a sync body. OpenCode's own items stay under 20. */
  jsonDepth: 200,
  /** What a sync may hold back before its secret has been seen (the secret may stand behind the data). */
  bytesBeforeSecret: 1 * MiB,
  /** What one search of a share looks for. Characters. */
  searchChars: 200,
} as const

/** `268435456` → `256 MiB`, for messages to people. */
export function formatBytes(bytes: number): string {
  if (bytes < KiB) return `${bytes} bytes`
  const [size, unit] =
    bytes < MiB ? [bytes / KiB, "KiB"] : bytes < GiB ? [bytes / MiB, "MiB"] : [bytes / GiB, "GiB"]
  return `${Number(size.toFixed(1))} ${unit}`
}
