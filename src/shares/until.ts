/** The source's values until the signal aborts, which throws its reason even while the source is silent. */
export async function* until<T>(signal: AbortSignal, source: AsyncIterable<T>): AsyncIterable<T> {
  const iterator = source[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = await orAbort(signal, () => iterator.next())
      if (next.done) return
      yield next.value
    }
  } finally {
    // Not waited for: a source that is silent would not answer.
    Promise.resolve(iterator.return?.()).catch(() => {})
  }
}

/** Listens anew for each step: racing all of them against one promise would keep them all in memory. */
function orAbort<T>(signal: AbortSignal, step: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) return abort()
    signal.addEventListener("abort", abort, { once: true })
    const stopListening = () => signal.removeEventListener("abort", abort)
    step().then(resolve, reject).finally(stopListening)
  })
}
