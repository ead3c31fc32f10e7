import { createPauses, SLICE_MS } from "../shares/pauses.ts"

/** What a reader sees where a page breaks off; the status has long been sent. */
const CUT_OFF = "<p>Something went wrong here, and the rest of this page is missing.</p>"

/** Chunks may be a line each, and a stream costs more for each piece than for its characters. */
const PIECE = 16 * 1024

interface Piece {
  text: string
  done: boolean
  failure?: { error: unknown }
}

/** What comes next, up to a piece or until it is others' turn. */
function nextPiece(chunks: Iterator<string>): Piece {
  const started = performance.now()
  let text = ""
  try {
    while (text.length < PIECE && performance.now() - started < SLICE_MS) {
      const next = chunks.next()
      if (next.done) return { text, done: true }
      text += next.value
    }
    return { text, done: false }
  } catch (error) {
    return { text, done: true, failure: { error } }
  }
}

interface StreamTextOptions {
  onError(error: unknown): void
  /** Sent where an error ends the text; null breaks the connection off instead, for what machines read. */
  ending?: string | null
}

/**
 * Text as fast as its reader takes it, so that a large page is never whole in memory, and with pauses, so that a
 * page that takes long to render holds nobody else up.
 */
export function streamText(
  chunks: Iterable<string>,
  { onError, ending = CUT_OFF }: StreamTextOptions,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  const iterator = chunks[Symbol.iterator]()
  const pause = createPauses()
  return new ReadableStream({
    async pull(controller) {
      let piece: Piece
      // A pull that brings nothing is the last one: a stream asks again only for what it was given.
      do {
        await pause()
        piece = nextPiece(iterator)
      } while (piece.text === "" && !piece.done)
      const { text, done, failure } = piece
      if (text !== "") controller.enqueue(encoder.encode(text))
      if (failure) {
        onError(failure.error)
        if (ending === null) {
          controller.error(failure.error)
          return
        }
        controller.enqueue(encoder.encode(ending))
      }
      if (done) controller.close()
    },
    cancel() {
      iterator.return?.()
    },
  })
}

/** `whole` is undefined when the text is longer than was asked for, or breaks off; `pieces` is all of it in any case. */
export interface GatheredText {
  whole: string | undefined
  pieces: Iterable<string>
}

/** Text as one string, when it comes to at most `most` characters. With the same pauses. */
export async function gatherText(chunks: Iterable<string>, most: number): Promise<GatheredText> {
  const iterator = chunks[Symbol.iterator]()
  const pause = createPauses()
  const pieces: string[] = []
  let length = 0
  while (length <= most) {
    await pause()
    try {
      const next = iterator.next()
      if (next.done) return { whole: pieces.join(""), pieces }
      pieces.push(next.value)
      length += next.value.length
    } catch (error) {
      return { whole: undefined, pieces: resume(pieces, throwing(error)) }
    }
  }
  return { whole: undefined, pieces: resume(pieces, iterator) }
}

/** Hands pieces on, and in the end what they came to; undefined when that is more than `most` characters. */
export function* collect(
  pieces: Iterable<string>,
  most: number,
  done: (whole: string | undefined) => void,
): Iterable<string> {
  let held: string[] | undefined = []
  let length = 0
  for (const piece of pieces) {
    yield piece
    length += piece.length
    if (length > most) held = undefined
    held?.push(piece)
  }
  done(held?.join(""))
}

function* resume(first: Iterable<string>, rest: Iterator<string>): Iterable<string> {
  yield* first
  yield* { [Symbol.iterator]: () => rest }
}

function throwing(error: unknown): Iterator<string> {
  return {
    next() {
      throw error
    },
  }
}
