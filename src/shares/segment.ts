import { type Item, readItem } from "../protocol/item.ts"
import type { Machine } from "./ports.ts"

/** Everything stored for a share stands under this prefix. */
export function objectPrefix(shareID: string): string {
  return `shares/${shareID}/`
}

/** Where a segment's object lives. The name says how to read it: newline-delimited JSON, Brotli. */
export function segmentKey(shareID: string, segmentID: string): string {
  return `${objectPrefix(shareID)}segments/${segmentID}.ndjson.br`
}

/** Lines (items as JSON) to a segment's bytes, in pieces of some size rather than a piece a line. */
export function encodeSegment(lines: AsyncIterable<string>, machine: Machine): AsyncIterable<Uint8Array> {
  return machine.compress(gather(lines))
}

const PIECE = 64 * 1024
const MOST_BYTES_OF_A_CHARACTER = 4

/** Encodes into buffers of one size: joining the lines as strings would copy each of them twice. */
async function* gather(lines: AsyncIterable<string>): AsyncIterable<Uint8Array> {
  const encoder = new TextEncoder()
  let piece = new Uint8Array(PIECE)
  let filled = 0
  for await (const line of lines) {
    // A line end apart from its line, for the same reason.
    for (const text of [line, "\n"]) {
      for (let at = 0; at < text.length; ) {
        const { read, written } = encoder.encodeInto(at === 0 ? text : text.slice(at), piece.subarray(filled))
        at += read
        filled += written
        if (filled + MOST_BYTES_OF_A_CHARACTER <= PIECE) continue
        yield piece.subarray(0, filled)
        piece = new Uint8Array(PIECE)
        filled = 0
      }
    }
  }
  if (filled > 0) yield piece.subarray(0, filled)
}

/** A segment's bytes back to items, batch by batch, so that a large one never stands in memory whole. */
export async function* decodeSegment(
  bytes: AsyncIterable<Uint8Array>,
  machine: Machine,
): AsyncIterable<Item[]> {
  const decoder = new TextDecoder("utf-8", { fatal: true })
  let rest = ""
  for await (const chunk of machine.decompress(bytes)) {
    const text = decoder.decode(chunk, { stream: true })
    const end = text.lastIndexOf("\n")
    if (end < 0) {
      rest += text
      continue
    }
    const lines = (rest + text.slice(0, end)).split("\n")
    rest = text.slice(end + 1)
    yield lines.map((line) => readItem(JSON.parse(line), "segment"))
  }
  if (rest !== "") throw new Error("the segment ends within a line")
}
