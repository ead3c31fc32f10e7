import type { ListedShare, OverviewAnswer } from "../../protocol/admin-routes.ts"
import { formatBytes } from "../../protocol/limits.ts"
import { formatCount, formatDuration, plural } from "../format.ts"
import { type Html, html } from "../html.ts"
import type { Restriction } from "../restrictions.ts"
import { facts } from "./fields.ts"
import { type AdminFrame, adminPage } from "./frame.ts"
import { shareLine } from "./share-line.ts"

export interface OverviewPage {
  overview: OverviewAnswer
  newest: readonly ListedShare[]
  restrictions: readonly Restriction[]
  /** Without, anybody who reaches the server may create. */
  needsToken: boolean
  /** How long the database took to tell all this. */
  answeredMs: number
}

/** How the server is, at a glance. */
export function renderOverviewPage(frame: AdminFrame, page: OverviewPage): string {
  const { overview, newest, restrictions, needsToken, answeredMs } = page
  const { shares, storage, waiting, version } = overview
  const numbers = html`<ul class="counts">${[
    number(shares.active, "active", "/admin/shares?state=active"),
    number(shares.revoked, "removed", "/admin/shares?state=revoked"),
    number(shares.expired, "expired", "/admin/shares?state=expired"),
    html`<li><strong>${formatBytes(storage.bytes)}</strong><span>in ${plural(storage.segments, "segment")}</span></li>`,
  ]}</ul>`
  const server = facts(
    ["Version", version],
    ["Health", html`Up; the database answered in ${formatDuration(answeredMs)}`],
    ["Creating takes", needsToken ? "a token" : "nothing but reaching this server"],
    ...restrictions.map(({ setting, means }) => [setting, means] as const),
  )
  const queue = facts(
    ["Deletions", `${formatCount(waiting.deletions)} not finished`],
    ["Merged objects", `${formatCount(waiting.superseded)} to be deleted`],
    ["Audit", `${plural(waiting.webhook, "entry", "entries")} to be sent`],
  )
  const list =
    newest.length === 0
      ? html`<p class="nothing">Nothing has been shared yet.</p>`
      : html`<ul class="lines">${newest.map(shareLine)}</ul><p><a href="/admin/shares">All shares</a></p>`
  const content = html`<h1>Overview</h1>${numbers}<div class="halves"><section><h2>Server</h2>${server}</section><section><h2>Waiting</h2>${queue}</section></div><section><h2>Newest shares</h2>${list}</section>`
  return adminPage(frame, { title: "Overview", section: "overview", content })
}

function number(count: number, what: string, href: string): Html {
  return html`<li><a href="${href}"><strong>${formatCount(count)}</strong><span>${what}</span></a></li>`
}
