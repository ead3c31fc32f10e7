import type { Document } from "../../protocol/document.ts"
import type { RedactionReceipt } from "../../protocol/routes.ts"
import type { Assets } from "../frame.ts"
import { html } from "../html.ts"
import { pageEnd, pageStart, topBar } from "../skeleton.ts"
import { titleOf } from "../summary.ts"
import { formTokenField } from "./form-token-field.ts"
import { redactChoices, redactDone, redactPages } from "./redact-choices.ts"

export interface RedactPage {
  shareID: string
  document: Document
  /** The first message that is shown, from 0. */
  from: number
  formToken: string
  /** What the form that was just sent has done. */
  receipt?: RedactionReceipt
  refused?: string
  assets: Assets
}

/** Everything in a share that can be taken out of it, to choose from, and a place for words. */
export function renderRedactPage(page: RedactPage): string {
  const { shareID, document, from, formToken, receipt, refused, assets } = page
  const title = titleOf(document)
  const start = pageStart({ title: `Take out · ${title}`, assets, kind: "manage", referrer: "same-origin" })
  const own = `/shares/${encodeURIComponent(shareID)}`
  return html`${start}${topBar()}<main class="manage"><p class="eyebrow"><a href="${own}">${title}</a></p><h1>Take something out</h1><p>It is replaced everywhere it is stored, and in all that comes later, for good: there is no way back. Open pages follow at once.</p>${receipt && redactDone(receipt)}${refused !== undefined && html`<p class="refused" role="alert">${refused}</p>`}<form class="fields wide" method="post" action="${own}/redact">${formTokenField(formToken)}${redactChoices(document, from)}</form>${redactPages(document, { own, from })}</main>${pageEnd()}`
    .text
}
