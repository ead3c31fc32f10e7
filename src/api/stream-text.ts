/** After so many milliseconds of rendering, other requests get their turn. */
const SLICE_MS = 15

/** What a reader sees where a page breaks off; the status has long been sent. */
const CUT_OFF = "<p>Something went wrong here, and the rest of this page is missing.</p>"

/** Lets others have their turn when rendering has taken long. */
function createTurns(): () => Promise<void> | undefined {
  let sliceStart = performance.now()
  return () => {
    if (performance.now() - sliceStart <= SLICE_MS) return undefined
    return new Promise((resolve) => {
      setTimeout(() => {
        sliceStart = performance.now()
        resolve()
      }, 0)
    })
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
  const turn = createTurns()
  return new ReadableStream({
    async pull(controller) {
      await turn()
      try {
        const next = iterator.next()
        if (next.done) controller.close()
        else controller.enqueue(encoder.encode(next.value))
      } catch (error) {
        onError(error)
        if (ending === null) {
          controller.error(error)
          return
        }
        controller.enqueue(encoder.encode(ending))
        controller.close()
      }
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
  const turn = createTurns()
  const pieces: string[] = []
  let length = 0
  while (length <= most) {
    await turn()
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
