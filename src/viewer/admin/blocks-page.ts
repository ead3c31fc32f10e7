import type { BlockAnswer } from "../../protocol/admin-routes.ts"
import { type Html, html } from "../html.ts"
import { choice, hiddenField, textField, withQuery } from "./fields.ts"
import { type AdminFrame, adminPage, confirmedForm, postForm } from "./frame.ts"
import { momentOf } from "./share-line.ts"

const KINDS: Record<BlockAnswer["kind"], { option: string; name: string }> = {
  address: { option: "An address or network", name: "Address" },
  token: { option: "A token, by its id", name: "Token" },
  creator: { option: "A creator, as its shares say it", name: "Creator" },
}

export interface BlocksPage {
  blocks: readonly BlockAnswer[]
  /** Tokens' names by their ids. */
  tokenNames: ReadonlyMap<string, string>
}

/** Whom the operator keeps from creating and changing anything. */
export function renderBlocksPage(frame: AdminFrame, { blocks, tokenNames }: BlocksPage): string {
  const options = Object.entries(KINDS).map(([kind, { option }]) => [kind, option] as const)
  const fields = html`${choice({ name: "kind", label: "Of what", options })}${textField({ name: "value", label: "Which", required: true, maxLength: 64, placeholder: "192.0.2.0/24" })}${textField({ name: "reason", label: "Reason, told to whoever is blocked", maxLength: 500 })}<button class="button" type="submit">Block</button>`
  const list =
    blocks.length === 0
      ? html`<p class="nothing">Nobody is blocked.</p>`
      : html`<ul class="lines">${blocks.map((block) => line(frame, block, tokenNames))}</ul>`
  const content = html`<h1>Blocks</h1><p class="about">Who is blocked creates and changes nothing here, and is told the reason. Reading stays, and so does removing.</p><div class="filter">${postForm(frame, "/admin/blocks", fields)}</div>${list}`
  return adminPage(frame, { title: "Blocks", section: "blocks", content })
}

function line(
  frame: AdminFrame,
  { kind, value, reason, createdAt }: BlockAnswer,
  tokenNames: BlocksPage["tokenNames"],
): Html {
  const shares =
    kind !== "address" && html`<a href="${withQuery("/admin/shares", { [kind]: value })}">Its shares</a>`
  const name = kind === "token" ? tokenNames.get(value) : undefined
  const remove = confirmedForm(frame, {
    ask: "Remove",
    means: "From then on they may create and change shares again, within a second on every node.",
    action: "/admin/blocks/remove",
    fields: html`${hiddenField("kind", kind)}${hiddenField("value", value)}`,
    button: "Remove the block",
  })
  return html`<li><p class="name"><span class="tag">${KINDS[kind].name}</span>${name === undefined ? html`<code>${value}</code>` : html`<strong>${name}</strong>`}</p><p class="known">${name !== undefined && html`<code>${value}</code>`}<span>Since ${momentOf(createdAt)}</span>${shares}</p>${reason !== undefined && html`<p class="reason">${reason}</p>`}<div class="asks">${remove}</div></li>`
}
