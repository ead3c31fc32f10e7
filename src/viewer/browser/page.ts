import { saidIn } from "./copy-message.ts"
import { followShare } from "./live.ts"
import { watchReading } from "./reading.ts"
import { watchTarget } from "./reveal.ts"
import { SEARCH_KEY, watchSearch } from "./search.ts"
import { settlePage } from "./settle.ts"
import { SCHEME_KEY, watchThemes } from "./themes.ts"
import { onItsPage, watchUnfolding } from "./unfold.ts"
import { watchPacked } from "./unpack.ts"

/** The page reads well without this script. With it, the page follows its share and folds open in place. */
function start(): void {
  watchPacked()
  watchTarget()
  settlePage()
  watchReading({ keys: [SEARCH_KEY, SCHEME_KEY], rawOf: rawText, findWhole: onItsPage })
  watchThemes()
  watchUnfolding(settlePage, onItsPage)
  watchSearch()
  const { share, page, revision, events, metadata, partial } = document.body.dataset
  if (!share || !events || !metadata) return
  correctImport(page)
  followShare({
    revision: Number(revision),
    events,
    metadata,
    settle: settlePage,
    partial: partial !== undefined,
  })
}

/** What the share itself says, which no page keeps. Of a subagent's message it is not told so. */
async function rawText(messageID: string): Promise<string | undefined> {
  const { page } = document.body.dataset
  const query = `from=${encodeURIComponent(messageID)}&to=${encodeURIComponent(messageID)}`
  const answer = await fetch(`${page}.json?${query}`)
  if (!answer.ok) return undefined
  const { messages } = (await answer.json()) as { messages: { parts: { type: string }[] }[] }
  return saidIn(messages[0]?.parts ?? [])
}

/** Only the browser knows under which address the reader came, and `opencode import` takes the whole of it. */
function correctImport(page = ""): void {
  const code = document.querySelector("code.import")
  if (code) code.textContent = `opencode import ${location.origin}${page}`
}

start()
