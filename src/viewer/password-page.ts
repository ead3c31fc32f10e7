import { abuseFooter, type Reporting } from "./abuse.ts"
import type { Assets } from "./frame.ts"
import { shareHref } from "./frame.ts"
import { html } from "./html.ts"
import { pageEnd, pageStart, topBar } from "./skeleton.ts"

export interface PasswordPage extends Reporting {
  shareID: string
  /** The address that was asked for, from its path on. */
  back: string
  /** Why the last try did not open it. */
  refused?: string | undefined
  assets: Assets
}

/** Asks for a share's password, and says nothing else of it. */
export function renderPasswordPage({ shareID, back, refused, assets, abuseUrl }: PasswordPage): string {
  const start = pageStart({
    title: "Password · Better Share",
    assets,
    kind: "notice",
    referrer: "same-origin",
  })
  const message = refused ?? "Whoever sent you the link can tell you its password."
  return html`${start}${topBar()}<main class="notice"><h1>This share asks for a password</h1><p id="why"${refused !== undefined && html` class="refused" role="alert"`}>${message}</p><form class="search-line" method="post" action="${shareHref(shareID)}/unlock"><input type="hidden" name="back" value="${back}"><input type="password" name="password" required maxlength="1024" aria-label="Password" aria-describedby="why" autocomplete="current-password" autofocus><button class="button" type="submit">Open</button></form></main>${abuseFooter({ abuseUrl }, shareID)}${pageEnd()}`
    .text
}
