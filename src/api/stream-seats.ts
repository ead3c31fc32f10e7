import { ShareError } from "../protocol/errors.ts"
import { networkOf } from "./network.ts"

/** Streams at once on this node; 0 is no limit. */
export interface StreamLimits {
  perAddress: number
  total: number
}

/** Places for those who follow shares: a stream costs memory and a connection for as long as it lasts. */
export interface StreamSeats {
  /** Returns the function that gives the place back; called again, it does nothing. Throws `rate_limited`. */
  take(address: string): () => void
}

export function createStreamSeats(
  { perAddress, total }: StreamLimits,
  /** Told how many are taken, whenever that changes. */
  onChange: (taken: number) => void = () => {},
): StreamSeats {
  const taken = new Map<string, number>()
  let all = 0

  return {
    take(address) {
      const network = networkOf(address)
      const own = taken.get(network) ?? 0
      if (perAddress > 0 && own >= perAddress) throw tooManyOfAddress(perAddress)
      if (total > 0 && all >= total) throw tooMany()
      taken.set(network, own + 1)
      all += 1
      onChange(all)
      let isHeld = true
      return () => {
        if (!isHeld) return
        isHeld = false
        all -= 1
        onChange(all)
        const left = (taken.get(network) ?? 1) - 1
        if (left > 0) taken.set(network, left)
        else taken.delete(network)
      }
    },
  }
}

/**
 * The same stream. `onEnd` is called once its reader has taken all of it, or goes away: what a stream that has ended
 * still holds for somebody who takes nothing is in their place.
 */
export function untilRead(stream: ReadableStream<Uint8Array>, onEnd: () => void): ReadableStream<Uint8Array> {
  const reader = stream.getReader()
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await reader.read()
        if (!done) return controller.enqueue(value)
        onEnd()
        controller.close()
      },
      async cancel(reason) {
        onEnd()
        await reader.cancel(reason)
      },
    },
    // What waits, waits in the stream itself, which knows how much may.
    { highWaterMark: 0 },
  )
}

function tooManyOfAddress(limit: number): ShareError {
  return new ShareError(
    "rate_limited",
    `Your address follows ${limit} shares live, as many as it may at once. Close a page, or ask who runs this server for a higher limit.`,
  )
}

function tooMany(): ShareError {
  return new ShareError(
    "rate_limited",
    "As many follow shares live as this server can serve. The page can be read all the same.",
  )
}
