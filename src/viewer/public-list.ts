import { LIMITS } from "../protocol/limits.ts"
import type { PublicListAnswer } from "../protocol/routes.ts"
import { plural, timeTag } from "./format.ts"
import { type Assets, shareHref } from "./frame.ts"
import { type Html, html } from "./html.ts"
import { pageEnd, pageStart, topBar } from "./skeleton.ts"

export interface PublicList extends PublicListAnswer {
  /** What was searched for. */
  words: string | undefined
  assets: Assets
}

/** The sessions that everybody may find. */
export function renderPublicList({ sessions, next, words, assets }: PublicList): string {
  const start = pageStart({
    title: "Public sessions · Better Share",
    description: "Sessions that were shared with everybody on this server.",
    assets,
    kind: "manage",
    hidden: false,
  })
  return html`${start}${topBar()}<main class="manage"><h1>Public sessions</h1>${searchForm(words)}${sessions.length === 0 ? html`<p class="none">${words === undefined ? "Nobody has shared a session with everybody yet." : "No public session has these words in its title."}</p>` : html`<ul class="listed">${sessions.map(row)}</ul>`}${next && html`<p class="more"><a class="button" href="${moreHref(words, next)}">Older sessions</a></p>`}</main>${pageEnd()}`
    .text
}

function searchForm(words: string | undefined): Html {
  return html`<form class="search-line" role="search" method="get" action="/sessions"><input type="search" name="q" value="${words}" maxlength="${LIMITS.searchChars}" aria-label="Words of a title" placeholder="Words of a title" autocomplete="off"><button class="button" type="submit">Search</button></form>`
}

function row({ id, title, messageCount, createdAt, updatedAt }: PublicListAnswer["sessions"][number]): Html {
  const created = timeTag(Date.parse(createdAt))
  const updated = createdAt !== updatedAt && timeTag(Date.parse(updatedAt))
  return html`<li><h2><a href="${shareHref(id)}">${title ?? "Untitled session"}</a></h2><p class="facts-line">${plural(messageCount, "message")} · shared ${created}${updated && html` · last change ${updated}`}</p></li>`
}

function moreHref(words: string | undefined, after: string): string {
  return `/sessions?${new URLSearchParams({ ...(words !== undefined && { q: words }), after })}`
}
