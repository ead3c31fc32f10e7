import type { Assets } from "./frame.ts"
import { html } from "./html.ts"
import { pageEnd, pageStart, topBar } from "./skeleton.ts"

/** What a link that lets a browser in shows first: one button, which uses the link up. */
export function renderEnterPage({ code, assets }: { code: string; assets: Assets }): string {
  const start = pageStart({ title: "Enter · Better Share", assets, kind: "notice", referrer: "same-origin" })
  return html`${start}${topBar()}<main class="notice"><h1>Enter</h1><p>This link lets one browser in, once: this one, if you go on.</p><form method="post" action="/enter"><input type="hidden" name="code" value="${code}"><button class="button" type="submit">Go on</button></form></main>${pageEnd()}`
    .text
}
