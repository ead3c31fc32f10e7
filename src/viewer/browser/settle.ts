import { showViewers } from "./connection.ts"
import { watchTurns } from "./outline.ts"
import { localiseTimes } from "./times.ts"

/** What new content needs, whoever brought it. */
export function settle(content: ParentNode): void {
  localiseTimes(content)
}

/** The same for the whole page, when anything of it may have changed. */
export function settlePage(): void {
  settle(document)
  watchTurns()
  showViewers()
  const title = document.querySelector("#summary h1")?.textContent
  if (title) document.title = `${title} · Better Share`
}
