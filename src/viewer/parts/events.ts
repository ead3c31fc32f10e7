import type { PartData } from "../../protocol/opencode.ts"
import { type Html, html } from "../html.ts"
import { errorLine } from "../message-error.ts"
import { num } from "../read.ts"

/** The provider failed and was asked again: nothing came of it, so it takes a line. */
export function retryPart(part: PartData): Html {
  const attempt = num(part.attempt)
  const why = errorLine(part.error)
  return html`<p class="quiet"><span>Tried again</span>${attempt !== undefined && html` <span>attempt ${attempt}</span>`}${why && html` <span>${why}</span>`}</p>`
}

/** From here on the model worked with a summary of what stands above. */
export function compactionPart(part: PartData): Html {
  const reason =
    part.overflow === true ? "as the context was full" : part.auto === true ? "automatically" : "on request"
  return html`<p class="divider"><span>Context compacted ${reason}</span></p>`
}
