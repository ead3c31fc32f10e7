import { SHARE_ID } from "../protocol/ids.ts"
import { type Item, readItem } from "../protocol/item.ts"
import { LIMITS } from "../protocol/limits.ts"
import { hasMoreValues, nestsDeeper } from "../protocol/weight.ts"
import type { Machine, ShareForm, ShareRow } from "./ports.ts"

/** Whose objects: an id that is given again gets places of its own. */
export type Owner = Pick<ShareRow, "id" | "generation">

/** All segments of a share stand under this prefix. */
export function objectPrefix(share: Owner): string {
  return `shares/${nameOf(share)}/`
}

/** Where a segment's object lives. The name says how to read it: newline-delimited JSON, Brotli; or gzip, sealed. */
export function segmentKey(share: Owner & { encrypted?: boolean }, segmentID: string): string {
  const extension = share.encrypted ? "ndjson.gz.enc" : "ndjson.br"
  return `${objectPrefix(share)}segments/${segmentID}.${extension}`
}

/** Where the one object of the plain form lives. */
export function plainKey(share: Owner): string {
  return `sessions/${nameOf(share)}.json`
}

/** Whose object stands at a key; undefined when none of ours does. */
export function ownerOf(key: string): (Owner & { form: ShareForm }) | undefined {
  const [, segment, plain] = /^shares\/([^/]+)\/|^sessions\/([^/]+)\.json$/.exec(key) ?? []
  const [id = "", generation = "0", ...more] = (segment ?? plain ?? "").split(".")
  if (!SHARE_ID.test(id) || !/^\d{1,9}$/.test(generation) || more.length > 0) return undefined
  return { id, generation: Number(generation), form: plain === undefined ? "log" : "plain" }
}

/** No id has a dot in it. */
function nameOf({ id, generation }: Owner): string {
  return generation === 0 ? id : `${id}.${generation}`
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

interface DecodeOptions {
  machine: Machine
  /** What a client said that it comes to uncompressed: such a segment is held to that, and its lines to our limits. */
  claimed?: number
}

/** A segment's bytes back to items, batch by batch, so that a large one never stands in memory whole. */
export async function* decodeSegment(
  bytes: AsyncIterable<Uint8Array>,
  { machine, claimed }: DecodeOptions,
): AsyncIterable<Item[]> {
  const decoder = new TextDecoder("utf-8", { fatal: true })
  let rest = ""
  let size = 0
  for await (const chunk of machine.decompress(bytes)) {
    size += chunk.byteLength
    if (claimed !== undefined && size > claimed) {
      throw new Error(`the segment is larger than the ${claimed} bytes that it was committed as`)
    }
    const text = decoder.decode(chunk, { stream: true })
    const end = text.lastIndexOf("\n")
    if (end < 0) {
      rest += text
      if (claimed !== undefined && rest.length > LIMITS.itemBytes) throw tooLong()
      continue
    }
    const lines = (rest + text.slice(0, end)).split("\n")
    rest = text.slice(end + 1)
    yield lines.map((line) => (claimed === undefined ? readLine(line) : readHostileLine(line)))
  }
  if (rest !== "") throw new Error("the segment ends within a line")
}

function readLine(line: string): Item {
  return readItem(JSON.parse(line), "segment")
}

/** Syncs through the API are held to the same when they arrive. */
function readHostileLine(line: string): Item {
  if (line.length > LIMITS.itemBytes) throw tooLong()
  if (hasMoreValues(line, LIMITS.itemValues))
    throw new Error(`an item has more than ${LIMITS.itemValues} values`)
  const value = JSON.parse(line)
  if (nestsDeeper(value, LIMITS.jsonDepth)) {
    throw new Error(`an item nests deeper than ${LIMITS.jsonDepth} levels`)
  }
  return readItem(value, "segment")
}

function tooLong(): Error {
  return new Error(`a line is longer than the ${LIMITS.itemBytes} bytes of an item`)
}
