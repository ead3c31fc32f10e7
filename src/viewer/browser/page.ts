import { watchCopyButtons } from "./copy.ts"
import { followShare } from "./live.ts"
import { watchDetails } from "./morph.ts"
import { watchTarget } from "./reveal.ts"
import { settle } from "./settle.ts"
import { watchUnfolding } from "./unfold.ts"

/** The page reads well without this script. With it, the page follows its share and folds open in place. */
function start(): void {
  settle()
  watchCopyButtons()
  watchDetails()
  watchTarget()
  watchUnfolding(settle)
  const { share, revision, events, metadata } = document.body.dataset
  if (!share || !events || !metadata) return
  showImport(share)
  followShare({ revision: Number(revision), events, metadata, settle })
}

/** Only the browser knows under which address the reader came, and `opencode import` takes the whole of it. */
function showImport(share: string): void {
  const hint = document.querySelector<HTMLElement>(".import")
  const code = hint?.querySelector("code")
  if (!hint || !code) return
  code.textContent = `opencode import ${location.origin}/share/${share}`
  hint.hidden = false
}

start()
