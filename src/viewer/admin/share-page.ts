import {
  type BlockAnswer,
  blockBody,
  type ListedShare,
  type ReissueAnswer,
} from "../../protocol/admin-routes.ts"
import { formatBytes } from "../../protocol/limits.ts"
import { formatCount } from "../format.ts"
import { shareHref } from "../frame.ts"
import { type Html, html } from "../html.ts"
import { facts, hiddenField, reasonField, withQuery } from "./fields.ts"
import { type AdminFrame, adminPage, confirmedForm } from "./frame.ts"
import { momentOf, shareName, stateTag, VISIBILITY_NAMES } from "./share-line.ts"

const DOORS: Record<ListedShare["door"], string> = {
  native: "OpenCode itself",
  direct: "The plugin, or a client of its door",
}

export interface AdminSharePage {
  share: ListedShare
  blocks: readonly BlockAnswer[]
  /** Secrets that were just made, which are shown this once. */
  reissued?: ReissueAnswer
}

/** One share: all that is known of it but its content, and what can be done with it. */
export function renderAdminSharePage(frame: AdminFrame, page: AdminSharePage): string {
  const { share, reissued } = page
  const { id, state, creator, tokenID, token } = share
  const known = facts(
    ["Id", html`<code>${id}</code>`],
    ["Link", state === "active" && html`<a href="${shareHref(id)}">Open the share</a>`],
    ["May be seen", state === "active" && VISIBILITY_NAMES[share.visibility]],
    ["Views", formatCount(share.views)],
    ["Size", formatBytes(share.bytes)],
    ["Came from", share.encrypted ? `${DOORS[share.door]}, encrypted` : DOORS[share.door]],
    [
      "Token",
      tokenID !== undefined && html`<a href="${withQuery("/admin/shares", { token: tokenID })}">${token}</a>`,
    ],
    [
      "Creator",
      creator !== undefined &&
        html`<a href="${withQuery("/admin/shares", { creator })}"><code>${creator}</code></a>`,
    ],
    ["Created", momentOf(share.createdAt)],
    ["Changed", momentOf(share.updatedAt)],
    ["Gone on", state === "active" && share.expiresAt !== undefined && momentOf(share.expiresAt)],
    ["Ended", share.revokedAt !== undefined && momentOf(share.revokedAt)],
    ["Reason", share.reason],
    ["Record", html`<a href="${withQuery("/admin/audit", { share: id })}">What the audit says of it</a>`],
  )
  const content = html`<p class="eyebrow"><a href="/admin/shares">All shares</a>${stateTag(share)}</p><h1>${shareName(share)}</h1>${reissued && secrets(reissued)}${known}<section class="actions"><h2>What can be done</h2>${actions(frame, page)}</section>`
  return adminPage(frame, { title: "A share", section: "shares", content })
}

function secrets({ secret, deleteSecret }: ReissueAnswer): Html {
  return html`<div class="once" role="status"><p>The new secret, shown this once. The old ones open nothing more.</p><p><code>${secret}</code></p>${deleteSecret !== undefined && html`<p>The one that only deletes:</p><p><code>${deleteSecret}</code></p>`}</div>`
}

function actions(frame: AdminFrame, { share, blocks }: AdminSharePage): Html[] {
  const { id, state, reason, creator, tokenID, token } = share
  const path = `/admin/shares/${id}`
  const offered: (Html | false)[] = [
    reason === undefined &&
      confirmedForm(frame, {
        ask: "Take it down",
        means:
          "What is stored of it is deleted, and its id goes to nobody again. Whoever opens the link reads the reason.",
        action: `${path}/take-down`,
        fields: reasonField({ label: "Reason, as readers will see it", required: true }),
        button: "Take it down for good",
      }),
    state === "active" &&
      confirmedForm(frame, {
        ask: "Give it a new secret",
        means: "Whoever holds the old one can change and remove the share no longer.",
        action: `${path}/secret`,
        button: "Make a new secret",
      }),
    // Not the server's own, such as the sample's.
    creator !== undefined &&
      blockBody.safeParse({ kind: "creator", value: creator }).success &&
      blockForm(frame, { kind: "creator", value: creator, who: "its creator", blocks }),
    tokenID !== undefined &&
      blockForm(frame, { kind: "token", value: tokenID, who: `the token ${token ?? tokenID}`, blocks }),
  ]
  return offered.filter((form) => form !== false)
}

function blockForm(
  frame: AdminFrame,
  {
    kind,
    value,
    who,
    blocks,
  }: { kind: "creator" | "token"; value: string; who: string } & Pick<AdminSharePage, "blocks">,
): Html {
  if (blocks.some((block) => block.kind === kind && block.value === value)) {
    return html`<p class="done">Blocked: ${who}. <a href="/admin/blocks">See all blocks</a></p>`
  }
  return confirmedForm(frame, {
    ask: `Block ${who}`,
    means: `From then on ${who} creates no shares here, and changes none. What there is stays.`,
    action: "/admin/blocks",
    fields: html`${hiddenField("kind", kind)}${hiddenField("value", value)}${reasonField({ label: "Reason, told to whoever is blocked (may be left out)" })}`,
    button: `Block ${who}`,
  })
}
