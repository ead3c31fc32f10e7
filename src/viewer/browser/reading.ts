import { watchCopying } from "./copy.ts"
import { type RawText, watchMessages } from "./copy-message.ts"
import { watchDiffs } from "./diff-choice.ts"
import { type Key, watchKeys } from "./keys.ts"
import { watchDetails } from "./morph.ts"
import { watchSheet, watchTurns } from "./outline.ts"
import { watchPermalinks } from "./permalinks.ts"
import { watchViews } from "./views.ts"

/** All that makes a page pleasant to read, whoever drew it. */
export function watchReading(keys: readonly Key[] = [], rawOf: RawText = async () => undefined): void {
  watchMessages(rawOf)
  watchCopying()
  watchPermalinks()
  watchDetails()
  watchTurns()
  watchSheet()
  watchViews()
  watchDiffs()
  watchKeys(keys)
}
