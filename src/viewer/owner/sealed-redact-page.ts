import { routePath } from "../../protocol/routes.ts"
import type { Assets } from "../frame.ts"
import { html } from "../html.ts"
import { pageEnd, pageStart, topBar } from "../skeleton.ts"
import { titleOf } from "./owned-list.ts"

export interface SealedRedactPage {
  shareID: string
  formToken: string
  /** With the script that decrypts, and takes out. */
  assets: Assets
}

/**
 * The same page for a share that nobody can read here. The script asks for the link, whose key it keeps to itself, opens
 * the share, draws what can be chosen (redact-choices.ts), and sends what it has sealed anew.
 */
export function renderSealedRedactPage({ shareID: id, formToken, assets }: SealedRedactPage): string {
  const title = titleOf({ encrypted: true })
  const own = `/shares/${encodeURIComponent(id)}`
  const start = pageStart({
    title: `Take out · ${title}`,
    assets,
    kind: "manage",
    referrer: "same-origin",
    data: {
      share: id,
      own,
      token: formToken,
      segments: routePath("readShareManifest", { id }),
      redact: routePath("redactSealedShare", { id }),
    },
  })
  return html`${start}${topBar()}<main class="manage"><p class="eyebrow"><a href="${own}">${title}</a></p><h1>Take something out</h1><p>It is replaced everywhere it is stored, and in all that comes later, for good: there is no way back. Open pages follow at once.</p><p class="dim">This session is end-to-end encrypted. Your browser opens it with the key of its link, takes out what you choose and seals the rest anew: the server sees neither the one nor the other.</p><noscript><p class="refused">Your browser has to decrypt the session, which takes JavaScript. It is switched off here: allow it for this page, and load the page again.</p></noscript><div id="outcome" role="status" tabindex="-1"></div><form id="ask" class="fields" hidden><label>The share’s whole link, with the part behind the # <input name="link" required maxlength="2048" autocomplete="off" spellcheck="false"></label><p><button class="button" type="submit">Open</button></p></form><form id="choices" class="fields wide" hidden></form><div id="pages"></div></main>${pageEnd()}`
    .text
}
