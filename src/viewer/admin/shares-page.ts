import type { SharesAnswer, SharesFilter } from "../../protocol/admin-routes.ts"
import { html } from "../html.ts"
import { choice, hiddenField, pager, textField, withQuery } from "./fields.ts"
import { type AdminFrame, adminPage } from "./frame.ts"
import { shareLine, shortHash } from "./share-line.ts"

const STATES = [
  ["", "Any state"],
  ["active", "Active"],
  ["revoked", "Removed"],
  ["expired", "Expired"],
] as const

export interface SharesPage {
  answer: SharesAnswer
  filter: SharesFilter
  /** Name of the token that is asked for. */
  tokenName?: string | undefined
}

/** All shares, a page at a time, and what finds one of them. */
export function renderSharesPage(frame: AdminFrame, { answer, filter, tokenName }: SharesPage): string {
  const { after, ...asked } = filter
  const { search, state, creator, token } = asked
  const form = html`<form class="filter" role="search" method="get" action="/admin/shares">${textField({ name: "search", label: "Title or id", type: "search", value: search, maxLength: 200 })}${choice({ name: "state", label: "State", options: STATES, chosen: state })}${hiddenField("creator", creator)}${hiddenField("token", token)}<button class="button" type="submit">Find</button></form>`
  const only =
    creator !== undefined
      ? html`Only of creator ${shortHash(creator)}.`
      : token !== undefined && html`Only of token ${tokenName ?? token}.`
  const list =
    answer.shares.length === 0
      ? html`<p class="nothing">No share is like this.</p>`
      : html`<ul class="lines">${answer.shares.map(shareLine)}</ul>`
  const pages = pager({
    first: after === undefined ? undefined : withQuery("/admin/shares", asked),
    next:
      answer.next === undefined ? undefined : withQuery("/admin/shares", { ...asked, after: answer.next }),
  })
  const content = html`<h1>Shares</h1>${form}${only && html`<p class="only">${only} <a href="${withQuery("/admin/shares", { search, state })}">Show those of all</a></p>`}${list}${pages}`
  return adminPage(frame, { title: "Shares", section: "shares", content })
}
