import { formatBytes } from "../../protocol/limits.ts"
import type { OwnedSharesAnswer } from "../../protocol/routes.ts"
import { plural, timeTag } from "../format.ts"
import { type Assets, shareHref } from "../frame.ts"
import { type Html, html } from "../html.ts"
import { pageEnd, pageStart, topBar } from "../skeleton.ts"
import { formTokenField } from "./form-token-field.ts"
import { VISIBILITY_WORDS } from "./visibility-words.ts"

export interface OwnedList extends OwnedSharesAnswer {
  formToken: string
  assets: Assets
}

/** All that somebody has shared. */
export function renderOwnedList({ shares, next, formToken, assets }: OwnedList): string {
  const start = pageStart({
    title: "Your shares · Better Share",
    assets,
    kind: "manage",
    referrer: "same-origin",
  })
  const token = formTokenField(formToken)
  const leave = html`<form method="post" action="/shares/leave">${token}<button class="plain" type="submit">Leave</button></form>`
  return html`${start}${topBar(leave)}<main class="manage"><h1>Your shares</h1>${shares.length === 0 ? html`<p class="none">Nothing of yours is shared at this moment.</p>` : html`<ul class="listed">${shares.map(row)}</ul>`}${next && html`<p class="more"><a class="button" href="/shares?${String(new URLSearchParams({ after: next }))}">Older shares</a></p>`}${shares.length > 0 && revokeAll(token)}</main>${pageEnd()}`
    .text
}

function row(share: OwnedSharesAnswer["shares"][number]): Html {
  const { id, title, visibility, expiresAt, createdAt, messageCount, bytes, views, viewers, encrypted } =
    share
  const facts = [
    html`shared ${timeTag(Date.parse(createdAt))}`,
    !encrypted && plural(messageCount, "message"),
    formatBytes(bytes),
    plural(views, "view"),
    viewers > 0 && `${viewers} watching`,
    expiresAt !== undefined && html`gone on ${timeTag(Date.parse(expiresAt))}`,
  ].filter((fact) => fact !== false)
  return html`<li><h2><a href="${shareHref(id)}">${titleOf({ title, encrypted })}</a> <span class="state ${visibility}">${VISIBILITY_WORDS[visibility].name}</span></h2><p class="facts-line">${facts.map((fact, at) => html`${at > 0 && " · "}${fact}`)}</p><p><a href="/shares/${encodeURIComponent(id)}" aria-label="Manage ${titleOf({ title, encrypted })}">Manage</a></p></li>`
}

export function titleOf({
  title,
  encrypted,
}: {
  title?: string | undefined
  encrypted?: boolean | undefined
}): string {
  return title ?? (encrypted ? "An encrypted session" : "Untitled session")
}

function revokeAll(token: Html): Html {
  return html`<details class="danger"><summary>Revoke all of them</summary><form method="post" action="/shares/revoke">${token}<p>Every link above is gone for good, and everything stored for it is deleted.</p><button class="button bad" type="submit">Revoke all</button></form></details>`
}
