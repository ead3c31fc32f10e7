import type { Document } from "../protocol/document.ts"
import { formatCount } from "./format.ts"
import { shareHref } from "./frame.ts"
import { type Html, html } from "./html.ts"
import type { Slice } from "./range.ts"
import { titleOf } from "./summary.ts"

/** Where a subagent's page belongs: the sessions that led to it. */
export function trailNotice(shareID: string, trail: readonly Document[]): Html {
  const root = shareHref(shareID)
  const steps = trail.map((session, at) => {
    if (at === trail.length - 1) return html`<span aria-current="page">${titleOf(session)}</span>`
    const href = at === 0 ? root : `${root}/session/${encodeURIComponent(session.sessionID)}`
    return html`<a href="${href}">${titleOf(session)}</a> <span aria-hidden="true">›</span> `
  })
  return html`<nav class="notice-bar" aria-label="Sessions">${steps}</nav>`
}

/** What of a session a page shows, when that is not all. */
export function rangeNotice(shareID: string, { first, last, of }: Omit<Slice, "document">): Html {
  const shown =
    first === last
      ? `Message ${formatCount(first)}`
      : `Messages ${formatCount(first)} to ${formatCount(last)}`
  return html`<p class="notice-bar">${shown} of ${formatCount(of)}. <a href="${shareHref(shareID)}">Show the whole session</a></p>`
}
