import type { Assets } from "../frame.ts"
import { type Html, html } from "../html.ts"
import { pageEnd, pageStart, topBar } from "../skeleton.ts"

/** What every page of the operator's has in common. */
export interface AdminFrame {
  assets: Assets
  /** Address of the stylesheet that only these pages load. */
  style: string
  /** The hidden field that tells a form of this session from one from elsewhere. */
  formToken: { name: string; value: string }
}

const SECTIONS = {
  overview: { href: "/admin", name: "Overview" },
  shares: { href: "/admin/shares", name: "Shares" },
  tokens: { href: "/admin/tokens", name: "Tokens" },
  blocks: { href: "/admin/blocks", name: "Blocks" },
  audit: { href: "/admin/audit", name: "Audit" },
} as const

export type AdminSection = keyof typeof SECTIONS

export interface AdminPage {
  title: string
  section: AdminSection
  content: Html
}

/** Such a page: its forms say where they come from, and the rest of it tells nobody. */
export function adminPage(frame: AdminFrame, { title, section, content }: AdminPage): string {
  const { assets, style } = frame
  const start = pageStart({
    title: `${title} · Better Share`,
    assets,
    style,
    kind: "admin",
    referrer: "same-origin",
  })
  const links = Object.entries(SECTIONS).map(
    ([name, { href, name: text }]) =>
      html`<li><a href="${href}"${name === section && html` aria-current="page"`}>${text}</a></li>`,
  )
  const leave = postForm(frame, "/admin/leave", html`<button class="control" type="submit">Leave</button>`)
  return html`${start}<a class="skip" href="#log">Skip to the content</a>${topBar(leave)}<nav class="sections" aria-label="Administration"><ul>${links}</ul></nav><main id="log">${content}</main>${pageEnd()}`
    .text
}

/** A form that changes something, with what proves that it is ours. */
export function postForm({ formToken }: AdminFrame, action: string, content: Html): Html {
  return html`<form method="post" action="${action}"><input type="hidden" name="${formToken.name}" value="${formToken.value}">${content}</form>`
}

export interface Confirmed {
  /** What opens the question. */
  ask: string
  /** What will happen, in a sentence. */
  means: string
  action: string
  /** Stands between the sentence and the button. */
  fields?: Html
  button: string
}

/** A form that is only there once it is asked for: the second step of what cannot be undone, without scripts. */
export function confirmedForm(frame: AdminFrame, { ask, means, action, fields, button }: Confirmed): Html {
  const content = html`<p>${means}</p>${fields}<button class="button danger" type="submit">${button}</button>`
  return html`<details class="sure"><summary>${ask}</summary>${postForm(frame, action, content)}</details>`
}

export interface AdminRefusal {
  section: AdminSection
  asked: "change" | "page"
  message: string
  back: string
}

/** What is shown in the place of an answer: why something was not done, and the way back. */
export function renderAdminRefusal(
  frame: AdminFrame,
  { section, asked, message, back }: AdminRefusal,
): string {
  const title = asked === "change" ? "That was not done" : "This cannot be shown"
  const content = html`<h1>${title}</h1><p class="refused" role="alert">${message}</p><p><a class="button" href="${back}">Go back</a></p>`
  return adminPage(frame, { title, section, content })
}

/** Which section an address belongs to. */
export function sectionOf(path: string): AdminSection {
  const [, , name = ""] = path.split("/")
  return Object.hasOwn(SECTIONS, name) ? (name as AdminSection) : "overview"
}
