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

async function* gather(lines: AsyncIterable<string>): AsyncIterable<Uint8Array> {
  const encoder = new TextEncoder()
  let piece = ""
  for await (const line of lines) {
    piece += `${line}\n`
    if (piece.length < PIECE) continue
    yield encoder.encode(piece)
    piece = ""
  }
  if (piece !== "") yield encoder.encode(piece)
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
}
