import type { Hit, SearchStep } from "./search-document.ts"

export interface Gathered {
  hits: readonly Hit[]
  /** Parts beyond those. */
  more: number
  /** All was searched. */
  complete: boolean
}

interface GatherOptions {
  /** Called between steps; what it answers is waited for, so that others have their turn. */
  pause(): Promise<void> | undefined
  /** Whether to be content with what has been found. */
  isOver(): boolean
}

/** Runs a search to its end, or until it takes too long. */
export async function gatherHits(
  steps: Iterable<SearchStep>,
  { pause, isOver }: GatherOptions,
): Promise<Gathered> {
  const hits: Hit[] = []
  let more = 0
  for (const step of steps) {
    if (step === "more") more++
    else if (step !== "pause") hits.push(step)
    await pause()
    if (isOver()) return { hits, more, complete: false }
  }
  return { hits, more, complete: true }
}
