import type { PartData } from "../../protocol/opencode.ts"
import type { Frame } from "../frame.ts"
import { type Html, html } from "../html.ts"
import { messageError } from "../message-error.ts"
import { num } from "../read.ts"

/** The provider failed and was asked again. */
export function retryPart(part: PartData, frame: Frame): Html {
  const attempt = num(part.attempt)
  return html`<div class="retry"><p class="quiet"><span>Tried again</span>${attempt !== undefined && html` <span>attempt ${attempt}</span>`}</p>${messageError(part.error, frame)}</div>`
}

/** From here on the model worked with a summary of what stands above. */
export function compactionPart(part: PartData): Html {
  const reason =
    part.overflow === true ? "as the context was full" : part.auto === true ? "automatically" : "on request"
  return html`<p class="divider"><span>Context compacted ${reason}</span></p>`
}
