import { addCopyButtons } from "./copy.ts"
import { localiseTimes } from "./times.ts"

/** What new content needs, whoever brought it. */
export function settle(): void {
  localiseTimes()
  addCopyButtons()
  const title = document.querySelector("#summary h1")?.textContent
  if (title) document.title = `${title} · Better Share`
}
