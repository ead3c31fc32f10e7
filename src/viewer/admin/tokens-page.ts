import type { TokenAnswer } from "../../protocol/admin-routes.ts"
import { type Html, html } from "../html.ts"
import { hiddenField, reasonField, textField, withQuery } from "./fields.ts"
import { type AdminFrame, adminPage, confirmedForm, postForm } from "./frame.ts"
import { momentOf } from "./share-line.ts"

const VALID = ["active", "Valid"] as const
const BLOCKED = ["revoked", "Blocked"] as const
const ENDED = ["revoked", "Revoked"] as const

export interface TokensPage {
  tokens: readonly TokenAnswer[]
  /** Ids of those that are blocked. */
  blocked: ReadonlySet<string>
  /** One that was just made, whose text is shown this once. */
  made?: { name: string; text: string }
  /** Where people reach the server, without a slash at the end. */
  baseUrl: string
}

/** Who may create, beside those whom nobody asks. */
export function renderTokensPage(frame: AdminFrame, { tokens, blocked, made, baseUrl }: TokensPage): string {
  const fields = html`${textField({ name: "name", label: "Name", required: true, maxLength: 64, placeholder: "team" })}<button class="button" type="submit">Make a token</button>`
  const list =
    tokens.length === 0
      ? html`<p class="nothing">There are no tokens.</p>`
      : html`<ul class="lines">${tokens.map((token) => line(frame, token, blocked.has(token.id)))}</ul>`
  const content = html`<h1>Tokens</h1><p class="about">Whoever holds one may create shares. Its text is shown once; its name stands in the audit, and is never given again.</p>${made && shown(made, baseUrl)}<div class="filter">${postForm(frame, "/admin/tokens", fields)}</div>${list}`
  return adminPage(frame, { title: "Tokens", section: "tokens", content })
}

function shown({ name, text }: { name: string; text: string }, baseUrl: string): Html {
  return html`<div class="once" role="status"><p>The token ${name}, shown this once:</p><p><code>${text}</code></p><p>In <code>opencode.json</code>, as <code>enterprise.url</code>:</p><p><code>${baseUrl}/t/${text}</code></p></div>`
}

function line(frame: AdminFrame, token: TokenAnswer, blocked: boolean): Html {
  const { id, name, createdAt, lastUsedAt, revokedAt } = token
  const configured = createdAt === undefined
  const known = [
    configured && html`<span>Stands in <code>CREATE_TOKENS</code></span>`,
    createdAt !== undefined && html`<span>Made ${momentOf(createdAt)}</span>`,
    !configured &&
      html`<span>${lastUsedAt === undefined ? "Not used yet" : html`Used ${momentOf(lastUsedAt)}`}</span>`,
    revokedAt !== undefined && html`<span>Revoked ${momentOf(revokedAt)}</span>`,
    html`<a href="${withQuery("/admin/shares", { token: id })}">Its shares</a>`,
  ]
  const [state, shown] = revokedAt !== undefined ? ENDED : blocked ? BLOCKED : VALID
  const tag = html`<span class="tag ${state}">${shown}</span>`
  const revoke =
    !configured &&
    revokedAt === undefined &&
    confirmedForm(frame, {
      ask: "Revoke",
      means: `From then on nobody creates a share with ${name}. Its shares stay, and can be changed by their secrets.`,
      action: `/admin/tokens/${id}/revoke`,
      button: `Revoke ${name}`,
    })
  const block =
    revokedAt === undefined &&
    !blocked &&
    confirmedForm(frame, {
      ask: "Block",
      means: `From then on ${name} creates no shares here, and nobody changes those that it has.`,
      action: "/admin/blocks",
      fields: html`${hiddenField("kind", "token")}${hiddenField("value", id)}${reasonField({ label: "Reason, told to whoever is blocked (may be left out)" })}`,
      button: `Block ${name}`,
    })
  return html`<li><p class="name">${tag}<strong>${name}</strong></p><p class="known">${known}</p><div class="asks">${revoke}${block}</div></li>`
}
