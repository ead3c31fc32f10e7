import { showViewers } from "./connection.ts"
import { settleDiffs } from "./diff-choice.ts"
import { watchTurns } from "./outline.ts"
import { localiseTimes } from "./times.ts"

/** What new content needs, whoever brought it. */
export function settle(content: ParentNode): void {
  localiseTimes(content)
  settleDiffs(content)
}

/** The same for the whole page, when anything of it may have changed. */
export function settlePage(): void {
  settle(document)
  watchTurns()
  showViewers()
  const title = document.querySelector("#summary h1")?.textContent
  if (title) document.title = `${title} · Better Share`
}
