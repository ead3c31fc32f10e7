import { followShare } from "./live.ts"
import { watchReading } from "./reading.ts"
import { watchTarget } from "./reveal.ts"
import { SEARCH_KEY, watchSearch } from "./search.ts"
import { settlePage } from "./settle.ts"
import { SCHEME_KEY, watchThemes } from "./themes.ts"
import { watchUnfolding } from "./unfold.ts"
import { watchPacked } from "./unpack.ts"

/** The page reads well without this script. With it, the page follows its share and folds open in place. */
function start(): void {
  watchPacked()
  watchTarget()
  settlePage()
  watchReading([SEARCH_KEY, SCHEME_KEY])
  watchThemes()
  watchUnfolding(settlePage)
  watchSearch()
  const { share, revision, events, metadata, partial } = document.body.dataset
  if (!share || !events || !metadata) return
  correctImport(share)
  followShare({
    revision: Number(revision),
    events,
    metadata,
    settle: settlePage,
    partial: partial !== undefined,
  })
}

/** Only the browser knows under which address the reader came, and `opencode import` takes the whole of it. */
function correctImport(share: string): void {
  const code = document.querySelector("code.import")
  if (code) code.textContent = `opencode import ${location.origin}/share/${share}`
}

start()
