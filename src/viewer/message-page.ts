import { abuseFooter, type Reporting } from "./abuse.ts"
import type { Assets } from "./frame.ts"
import { html } from "./html.ts"
import { pageEnd, pageStart, topBar } from "./skeleton.ts"

export interface MessagePage extends Reporting {
  /** HTTP status. */
  status: number
  title: string
  message: string
  /** Where what was meant can be seen. */
  instead?: { href: string; text: string }
  /** The share that it is about. */
  shareID?: string | undefined
  assets: Assets
}

/** A page that says why there is nothing to see: not found, gone, broken. */
export function renderMessagePage(page: MessagePage): string {
  const { status, title, message, instead, assets, shareID } = page
  const start = pageStart({ title: `${title} · Better Share`, assets, kind: "notice" })
  const { href, text } = instead ?? { href: "/", text: "What is Better Share?" }
  return html`${start}${topBar()}<main class="notice"><p class="eyebrow">${status}</p><h1>${title}</h1><p>${message}</p><p><a class="button" href="${href}">${text}</a></p></main>${abuseFooter(page, shareID)}${pageEnd()}`
    .text
}
