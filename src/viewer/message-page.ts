import type { Assets } from "./frame.ts"
import { html } from "./html.ts"
import { pageEnd, pageStart, topBar } from "./skeleton.ts"

export interface MessagePage {
  /** HTTP status. */
  status: number
  title: string
  message: string
  assets: Assets
}

/** A page that says why there is nothing to see: not found, gone, broken. */
export function renderMessagePage({ status, title, message, assets }: MessagePage): string {
  const start = pageStart({ title: `${title} · Better Share`, assets, kind: "notice" })
  return html`${start}${topBar()}<main class="notice"><p class="eyebrow">${status}</p><h1>${title}</h1><p>${message}</p><p><a class="button" href="/">What is Better Share?</a></p></main>${pageEnd()}`
    .text
}
