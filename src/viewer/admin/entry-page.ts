import type { Assets } from "../frame.ts"
import { html } from "../html.ts"
import { pageEnd, pageStart, topBar } from "../skeleton.ts"

/** What `/admin` shows to whoever was not let in. */
export function renderAdminEntryPage({ assets, refused }: { assets: Assets; refused?: string }): string {
  const start = pageStart({
    title: "Administration · Better Share",
    assets,
    kind: "notice",
    referrer: "same-origin",
  })
  const message =
    refused ??
    html`For whoever runs this server. The admin token was printed at the first start; <code>better-share admin-token</code>, where the server runs, makes another in its place.`
  return html`${start}${topBar()}<main class="notice"><h1>Administration</h1><p id="why"${refused !== undefined && html` class="refused" role="alert"`}>${message}</p><form class="search-line" method="post" action="/admin/enter"><input type="password" name="token" required maxlength="256" aria-label="Admin token" aria-describedby="why" placeholder="bsa_…" autocomplete="current-password" autofocus><button class="button" type="submit">Enter</button></form></main>${pageEnd()}`
    .text
}
