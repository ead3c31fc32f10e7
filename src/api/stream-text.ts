/** After so many milliseconds of rendering, other requests get their turn. */
const SLICE_MS = 15

/** What a reader sees where a page breaks off; the status has long been sent. */
const CUT_OFF = "<p>Something went wrong here, and the rest of this page is missing.</p>"

/**
 * Text as fast as its reader takes it, so that a large page is never whole in memory, and with pauses, so that a
 * page that takes long to render holds nobody else up.
 */
export function streamText(
  chunks: Iterable<string>,
  { onError }: { onError(error: unknown): void },
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  const iterator = chunks[Symbol.iterator]()
  let sliceStart = performance.now()
  return new ReadableStream({
    async pull(controller) {
      if (performance.now() - sliceStart > SLICE_MS) {
        await new Promise((resolve) => setTimeout(resolve, 0))
        sliceStart = performance.now()
      }
      try {
        const next = iterator.next()
        if (next.done) controller.close()
        else controller.enqueue(encoder.encode(next.value))
      } catch (error) {
        onError(error)
        controller.enqueue(encoder.encode(CUT_OFF))
        controller.close()
      }
    },
  })
}
