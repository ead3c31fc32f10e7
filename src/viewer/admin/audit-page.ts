import type { AuditFilter } from "../../protocol/admin-routes.ts"
import { AUDIT_EVENTS, type AuditLine } from "../../protocol/audit.ts"
import { type Html, html } from "../html.ts"
import { choice, pager, textField, withQuery } from "./fields.ts"
import { type AdminFrame, adminPage } from "./frame.ts"
import { momentOf } from "./share-line.ts"

export interface AuditPage {
  /** The newest first. */
  entries: readonly AuditLine[]
  filter: AuditFilter
  /** Id of the entry that the page goes on behind; undefined: it begins with the newest. */
  after: string | undefined
  /** Where the next page goes on; undefined: this is the last. */
  next: number | undefined
}

/** What was done here, and by whom. */
export function renderAuditPage(frame: AdminFrame, { entries, filter, after, next }: AuditPage): string {
  const { since, until, event, share } = filter
  const events = [["", "Any"], ...AUDIT_EVENTS.map((name) => [name, inWords(name)] as const)] as const
  const form = html`<form class="filter" role="search" method="get" action="/admin/audit">${choice({ name: "event", label: "What", options: events, chosen: event })}${textField({ name: "share", label: "Share’s id", value: share, maxLength: 64 })}${textField({ name: "since", label: "From (UTC)", type: "date", value: since?.slice(0, 10) })}${textField({ name: "until", label: "Before (UTC)", type: "date", value: until?.slice(0, 10) })}<button class="button" type="submit">Find</button></form>`
  const list =
    entries.length === 0
      ? html`<p class="nothing">Nothing like this has been recorded.</p>`
      : html`<ul class="lines">${entries.map(line)}</ul>`
  const pages = pager({
    first: after === undefined ? undefined : withQuery("/admin/audit", filter),
    next: next === undefined ? undefined : withQuery("/admin/audit", { ...filter, after: String(next) }),
  })
  const content = html`<h1>Audit</h1>${form}<p class="only"><a href="${withQuery("/admin/audit.jsonl", filter)}" download="audit.jsonl">All of this as JSON, a line an entry</a></p>${list}${pages}`
  return adminPage(frame, { title: "Audit", section: "audit", content })
}

function line({ at, event, shareID, actor, address, details }: AuditLine): Html {
  const told = Object.entries(details ?? {}).map(
    ([name, value]) => html`<span>${inWords(name)}: ${String(value)}</span>`,
  )
  const known = [
    html`<span>By ${actor}</span>`,
    address !== undefined && html`<span>From ${address}</span>`,
    shareID !== undefined && html`<a href="/admin/shares/${shareID}"><code>${shareID}</code></a>`,
    told,
  ]
  return html`<li><p class="name"><strong>${inWords(event)}</strong><span class="when">${momentOf(at)}</span></p><p class="known">${known}</p></li>`
}

/** `taken_down` → `Taken down`. */
function inWords(name: string): string {
  const words = name.replaceAll("_", " ")
  return words.charAt(0).toUpperCase() + words.slice(1)
}
