import type { Assets } from "../frame.ts"
import { html } from "../html.ts"
import { pageEnd, pageStart, topBar } from "../skeleton.ts"

export interface OwnerEntry {
  /** Why the last try let nobody in. */
  refused?: string
  assets: Assets
}

/** The page of shares for whoever has not shown yet which are theirs. */
export function renderOwnerEntry({ refused, assets }: OwnerEntry): string {
  const start = pageStart({
    title: "Your shares · Better Share",
    assets,
    kind: "manage",
    referrer: "same-origin",
  })
  return html`${start}${topBar()}<main class="manage"><h1>Your shares</h1><p class="lead">There are no accounts here. The machine that you shared from holds what opens this page:</p><div class="fence"><pre class="code" tabindex="0"><code>node .opencode/plugin/better-share.js shares</code></pre></div><p>It prints a link that lets this browser in, once. Without the plugin, a share's link and its secret do the same for that share:</p>${refused !== undefined && html`<p class="refused" role="alert">${refused}</p>`}<form class="fields" method="post" action="/shares/open"><label>Link <input name="link" required maxlength="2048" autocomplete="off" spellcheck="false"></label><label>Secret <input name="secret" type="password" required maxlength="256" autocomplete="off"></label><p><button class="button" type="submit">Open</button></p></form></main>${pageEnd()}`
    .text
}
