import type { ListedShare } from "../../protocol/admin-routes.ts"
import { formatBytes } from "../../protocol/limits.ts"
import type { Visibility } from "../../protocol/visibility.ts"
import { plural, timeTag } from "../format.ts"
import { shareHref } from "../frame.ts"
import { type Html, html } from "../html.ts"

/** Of a title; a share may have one of any length. */
const MOST_CHARS = 300
const MOST_OF_HASH = 10

const STATES: Record<ListedShare["state"], string> = {
  active: "Active",
  revoked: "Removed",
  expired: "Expired",
}

export const VISIBILITY_NAMES: Record<Visibility, string> = {
  unlisted: "With the link",
  public: "Public",
  password: "With a password",
  private: "Private",
}

/** One share of a list: what it is called, what is known of it, and where it leads. */
export function shareLine(share: ListedShare): Html {
  const { id, state, visibility, expiresAt, views, bytes, createdAt } = share
  const open = state === "active"
  const facts = [
    html`<code>${id}</code>`,
    open && html`<span>${VISIBILITY_NAMES[visibility]}</span>`,
    html`<span>${formatBytes(bytes)}</span>`,
    html`<span>${plural(views, "view")}</span>`,
    whose(share),
    html`<span>Created ${momentOf(createdAt)}</span>`,
    open && expiresAt !== undefined && html`<span>Gone on ${momentOf(expiresAt)}</span>`,
  ]
  return html`<li><p class="name">${stateTag(share)}<a href="/admin/shares/${id}">${shareName(share)}</a>${open && html`<a class="open" href="${shareHref(id)}" aria-label="Open ${id}">Open</a>`}</p><p class="known">${facts}</p></li>`
}

/** What a share is called: its title where one is known, in the direction in which it is written. */
export function shareName({ title, state, encrypted }: ListedShare): Html {
  if (title !== undefined && title.trim() !== "") return html`<bdi>${shortened(title)}</bdi>`
  if (state !== "active") return html`<span class="dim">No longer there</span>`
  return html`<span class="dim">${encrypted ? "Encrypted" : "Untitled"}</span>`
}

export function stateTag({ state, reason }: ListedShare): Html {
  return html`<span class="tag ${state}">${reason === undefined ? STATES[state] : "Taken down"}</span>`
}

/** Whom a share is of, as far as it is known. */
function whose({ token, creator }: ListedShare): Html | undefined {
  if (token !== undefined) return html`<span>Token ${token}</span>`
  return creator === undefined ? undefined : html`<span>Creator ${shortHash(creator)}</span>`
}

/** Enough of a hash to tell it from others. */
export function shortHash(hash: string): Html {
  const short = hash.length > MOST_OF_HASH ? `${hash.slice(0, MOST_OF_HASH)}…` : hash
  return html`<code title="${hash}">${short}</code>`
}

export function momentOf(iso: string): Html | undefined {
  return timeTag(Date.parse(iso))
}

function shortened(text: string): string {
  const chars = [...text]
  return chars.length <= MOST_CHARS ? text : `${chars.slice(0, MOST_CHARS).join("")}…`
}
