import type { Item } from "../protocol/item.ts"
import { type Frame, frameOfPart } from "./frame.ts"
import { type Html, html } from "./html.ts"
import { jsonBox } from "./json-box.ts"

/** Items of kinds that we do not know, as they came: a newer OpenCode may say more than this page understands. */
export function othersSection(items: readonly Item[], id: string, frame: Frame): Html {
  const own = frameOfPart(frame, id)
  const cards = items.map(
    (item) =>
      html`<details class="card"${frame.open && html` open`}><summary class="line"><span class="icon i-tool" aria-hidden="true"></span><span class="name">${item.type}</span></summary><div class="body">${jsonBox(item.data, own)}</div></details>`,
  )
  return html`<section id="${id}" class="section"><h2>Also in this share</h2>${cards}</section>`
}
