import { watchCopying } from "./copy.ts"
import { type RawText, watchMessages } from "./copy-message.ts"
import { watchDiffs } from "./diff-choice.ts"
import { type Key, watchKeys } from "./keys.ts"
import { watchDetails } from "./morph.ts"
import { watchSheet, watchTurns } from "./outline.ts"
import { watchPermalinks } from "./permalinks.ts"
import type { FindWhole } from "./unfold.ts"
import { watchViews } from "./views.ts"

export interface Reading {
  /** More keys than every page has. */
  keys?: readonly Key[]
  /** What a message says as it was written; else what the page shows of it. */
  rawOf?: RawText
  /** Where the rest of what is folded comes from; of a page that folds nothing, from nowhere. */
  findWhole?: FindWhole
}

/** All that makes a page pleasant to read, whoever drew it. */
export function watchReading({ keys = [], rawOf = nothing, findWhole = nothing }: Reading = {}): void {
  watchMessages(rawOf)
  watchCopying(findWhole)
  watchPermalinks()
  watchDetails()
  watchTurns()
  watchSheet()
  watchViews()
  watchDiffs()
  watchKeys(keys)
}

const nothing = async () => undefined
