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

export function createStreamSeats({ perAddress, total }: StreamLimits): StreamSeats {
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
      let isHeld = true
      return () => {
        if (!isHeld) return
        isHeld = false
        all -= 1
        const left = (taken.get(network) ?? 1) - 1
        if (left > 0) taken.set(network, left)
        else taken.delete(network)
      }
    },
  }
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
