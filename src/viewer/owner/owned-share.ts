import { formatBytes } from "../../protocol/limits.ts"
import { VISIBILITIES, type Visibility } from "../../protocol/visibility.ts"
import { plural, timeTag } from "../format.ts"
import { type Assets, shareHref } from "../frame.ts"
import { type Html, html } from "../html.ts"
import { pageEnd, pageStart, topBar } from "../skeleton.ts"
import { formTokenField } from "./form-token-field.ts"
import { titleOf } from "./owned-list.ts"
import { VISIBILITY_WORDS } from "./visibility-words.ts"

/** What became of the form that was just sent. */
export interface Told {
  done?: string
  refused?: string
  /** A new one, shown this once. */
  secret?: string
}

export interface OwnedShare {
  /** Times are milliseconds since the epoch. */
  share: {
    id: string
    title: string | undefined
    visibility: Visibility
    expiresAt: number | undefined
    createdAt: number
    updatedAt: number
    messages: number
    bytes: number
    views: number
    viewers: number
    encrypted: boolean
  }
  /** What `opencode import` takes; undefined where it takes nothing. */
  importUrl: string | undefined
  formToken: string
  told: Told
  assets: Assets
}

/** One share, and what its owner can do with it. */
export function renderOwnedShare({ share, importUrl, formToken, told, assets }: OwnedShare): string {
  const title = titleOf(share)
  const start = pageStart({
    title: `${title} · Your shares`,
    assets,
    kind: "manage",
    referrer: "same-origin",
  })
  const token = formTokenField(formToken)
  return html`${start}${topBar()}<main class="manage"><p class="eyebrow"><a href="/shares">Your shares</a></p><h1><a href="${shareHref(share.id)}">${title}</a></h1><p class="facts-line">${facts(share)}</p>${messages(told)}${accessForm(share, token)}${importUrl !== undefined && html`<section><h2>Continue in OpenCode</h2><p>${isClosed(share) ? "This address opens the share without asking. Give it to nobody who may not see it." : "Whoever has it goes on with a copy of the session."}</p><div class="fence"><pre class="code" tabindex="0"><code>opencode import ${importUrl}</code></pre></div></section>`}<section><h2>Take something out</h2><p>A key that slipped through, a name, a whole answer: it is replaced in everything that is stored. <a href="/shares/${encodeURIComponent(share.id)}/redact">Choose what</a></p></section><section><h2>Take it back</h2>${dangers(share, token)}</section></main>${pageEnd()}`
    .text
}

function facts({
  createdAt,
  updatedAt,
  messages,
  bytes,
  views,
  viewers,
  encrypted,
}: OwnedShare["share"]): Html {
  return html`Shared ${timeTag(createdAt)} · last change ${timeTag(updatedAt)}${!encrypted && ` · ${plural(messages, "message")}`} · ${formatBytes(bytes)} stored · ${plural(views, "view")}${viewers > 0 && ` · ${viewers} watching`}`
}

function messages({ done, refused, secret }: Told): Html {
  return html`${done && html`<p class="done" role="status">${done}</p>`}${refused && html`<p class="refused" role="alert">${refused}</p>`}${secret && html`<div class="done" role="status"><p>The new secret, shown this once. The ones before open nothing any more.</p><div class="fence"><pre class="code" tabindex="0"><code>${secret}</code></pre></div></div>`}`
}

function isClosed({ visibility }: Pick<OwnedShare["share"], "visibility">): boolean {
  return visibility === "password" || visibility === "private"
}

function accessForm({ id, visibility, expiresAt, encrypted }: OwnedShare["share"], token: Html): Html {
  const choices = VISIBILITIES.filter((each) => !(encrypted && each === "public")).map(
    (each) =>
      html`<label class="choice-line"><input type="radio" name="visibility" value="${each}"${each === visibility && html` checked`}> <strong>${VISIBILITY_WORDS[each].name}</strong> <span class="dim">${VISIBILITY_WORDS[each].about}</span></label>`,
  )
  const end = expiresAt === undefined ? "until you revoke it" : html`until ${timeTag(expiresAt)}`
  return html`<section><h2>Who may see it</h2><form class="fields" method="post" action="/shares/${encodeURIComponent(id)}/access">${token}<fieldset><legend class="dim">A change holds at once, also for those who have it open.</legend>${choices}</fieldset><label>${visibility === "password" ? "Another password" : "Password, for a share that asks for one"} <input type="password" name="password" minlength="8" maxlength="1024" autocomplete="new-password"></label><label>How long: it stays ${end} <input name="expires" maxlength="64" placeholder="1h, 7d, 2030-12-31 or never" autocomplete="off"></label><p><button class="button" type="submit">Save</button></p></form></section>`
}

function dangers({ id }: OwnedShare["share"], token: Html): Html {
  const action = (name: string) => `/shares/${encodeURIComponent(id)}/${name}`
  return html`<details class="danger"><summary>Revoke it</summary><form method="post" action="${action("revoke")}">${token}<p>The link is gone for good, and everything stored for it is deleted.</p><button class="button bad" type="submit">Revoke</button></form></details><details class="danger"><summary>Make a new secret</summary><form method="post" action="${action("secret")}">${token}<p>For a share whose secret is lost, or in wrong hands. An OpenCode that shares this session with the old one does not go on.</p><button class="button bad" type="submit">Make a new secret</button></form></details>`
}
