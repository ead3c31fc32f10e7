import { LIMITS } from "../../protocol/limits.ts"
import { abuseFooter, type Reporting } from "../abuse.ts"
import { fileHref } from "../changes/file-tree.ts"
import { type Assets, shareHref } from "../frame.ts"
import { type Html, html } from "../html.ts"
import { pageEnd, pageStart, topBar } from "../skeleton.ts"
import { type Answer, searchResults } from "./results.ts"
import type { Hit } from "./search-document.ts"

export interface SearchPage extends Reporting {
  shareID: string
  title: string
  assets: Assets
  answer: Answer
}

/** A search of a share, for browsers without scripts; the others take the results from it. */
export function renderSearchPage({ answer, ...page }: SearchPage): string {
  const typed = answer.query === undefined ? answer.typed : answer.query.text
  const results = searchResults({ answer, hrefOf: (hit) => hitHref(page.shareID, hit) })
  return frame({ ...page, content: html`${searchForm(page.shareID, typed)}${results}` })
}

/** The same for a share that the server cannot read. */
export function renderSealedSearchPage(page: Omit<SearchPage, "title" | "answer">): string {
  const content = html`<p class="count">This session is end-to-end encrypted, so this server cannot search it. Your browser can: open the whole link, with the key behind its <code>#</code>, and press <kbd>/</kbd> there.</p>`
  return frame({ ...page, title: "An encrypted session", content })
}

/** A part of a subagent has a place where it is not folded: the page of its session. */
function hitHref(shareID: string, { subagent, sessionID, partID, messageID, anchor, changed }: Hit): string {
  const page = shareHref(shareID)
  // The page of the session only lists what was changed.
  if (changed !== undefined) return fileHref(`${page}/changes`, changed)
  if (subagent === undefined) return `${page}#${anchor}`
  const own = `${page}/session/${encodeURIComponent(sessionID)}`
  return partID === undefined && messageID === undefined ? own : `${own}#${anchor}`
}

function frame(page: Omit<SearchPage, "answer"> & { content: Html }): string {
  const { shareID, title, assets, content } = page
  const start = pageStart({ title: `Search · ${title} · Better Share`, assets, kind: "single searching" })
  const back = html`<p class="eyebrow"><a href="${shareHref(shareID)}">Back to the conversation</a></p>`
  return html`${start}${topBar()}<main class="search">${back}<h1>${title}</h1>${content}</main>${abuseFooter(page, shareID)}${pageEnd()}`
    .text
}

function searchForm(shareID: string, typed: string): Html {
  return html`<form class="search-line" role="search" method="get" action="${shareHref(shareID)}/search"><input type="search" name="q" value="${typed}" maxlength="${LIMITS.searchChars}" aria-label="Search this session" placeholder="Search this session" autocomplete="off" autocapitalize="off" spellcheck="false"${typed === "" && html` autofocus`}><button class="button" type="submit">Search</button></form>`
}
