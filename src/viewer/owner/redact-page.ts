import { type Document, type Message, visible } from "../../protocol/document.ts"
import type { RedactionReceipt } from "../../protocol/routes.ts"
import { plural } from "../format.ts"
import type { Assets } from "../frame.ts"
import { type Html, html } from "../html.ts"
import { record, str } from "../read.ts"
import { pageEnd, pageStart, topBar } from "../skeleton.ts"
import { titleOf } from "../summary.ts"
import { formTokenField } from "./form-token-field.ts"

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

/** Messages on one page. */
export const MESSAGES_A_PAGE = 50
/** Of a part. Characters. */
const EXCERPT = 240

/** Everything in a share that can be taken out of it, to choose from, and a place for words. */
export function renderRedactPage(page: RedactPage): string {
  const { shareID, document, from, formToken, receipt, refused, assets } = page
  const { messages } = visible(document)
  const title = titleOf(document)
  const start = pageStart({ title: `Take out · ${title}`, assets, kind: "manage", referrer: "same-origin" })
  const own = `/shares/${encodeURIComponent(shareID)}`
  const shown = messages.slice(from, from + MESSAGES_A_PAGE)
  return html`${start}${topBar()}<main class="manage"><p class="eyebrow"><a href="${own}">${title}</a></p><h1>Take something out</h1><p>It is replaced everywhere it is stored, and in all that comes later, for good: there is no way back. Open pages follow at once.</p>${receipt && done(receipt)}${refused !== undefined && html`<p class="refused" role="alert">${refused}</p>`}<form class="fields wide" method="post" action="${own}/redact">${formTokenField(formToken)}<label>Words, wherever they stand (4 characters or more) <textarea name="text" rows="3" maxlength="10000" spellcheck="false"></textarea></label><fieldset><legend class="dim">Or whole messages, or parts of them: up to 16 at once</legend>${shown.map(messageChoice)}</fieldset><p><button class="button bad" type="submit">Take out</button></p></form>${pages({ own, from, count: messages.length })}</main>${pageEnd()}`
    .text
}

function done({ occurrences, segments, objectsDeleted, final }: RedactionReceipt): Html {
  const said =
    occurrences === 0
      ? "Nothing that is stored held it. What comes later is held to it all the same."
      : `Replaced ${plural(occurrences, "time")}; ${plural(segments, "stored object")} written anew, ${plural(objectsDeleted, "old one")} deleted.`
  return html`<p class="done" role="status">${said}${!final && " The last of it is deleted when no upload can bring anything any more; nobody is shown it."}</p>`
}

function messageChoice({ info, parts }: Message): Html {
  const id = str(info.id) ?? ""
  const role = info.role === "user" ? "Prompt" : "Answer"
  return html`<div class="taken"><label class="choice-line"><input type="checkbox" name="message:${id}" value="on"> <strong>${role}</strong> <span class="dim">all of it</span></label>${parts.map((part) => partChoice(id, part))}</div>`
}

function partChoice(messageID: string, part: Message["parts"][number]): Html | undefined {
  const [kind, words] = excerptOf(part)
  if (words === "") return undefined
  return html`<label class="choice-line part-line"><input type="checkbox" name="part:${messageID}/${str(part.id)}" value="on"> <strong>${kind}</strong> <span class="dim">${words}</span></label>`
}

/** What a part is, and how it begins. */
function excerptOf(part: Message["parts"][number]): [kind: string, words: string] {
  if (part.type === "tool") {
    const state = record(part.state)
    const told = [str(state.title), str(state.output) ?? str(state.error)].filter((text) => text)
    return [str(part.tool) ?? "tool", shorten(told.join(" · "))]
  }
  if (part.type === "file") return ["file", shorten(str(part.filename) ?? str(part.mime) ?? "a file")]
  return [part.type === "reasoning" ? "thought" : "text", shorten(str(part.text) ?? "")]
}

function shorten(text: string): string {
  const line = text
    .slice(0, 4 * EXCERPT)
    .replace(/\s+/g, " ")
    .trim()
  return line.length > EXCERPT || text.length > 4 * EXCERPT ? `${line.slice(0, EXCERPT)}…` : line
}

function pages({ own, from, count }: { own: string; from: number; count: number }): Html | undefined {
  if (count <= MESSAGES_A_PAGE) return undefined
  const link = (at: number, words: string) =>
    html` <a class="button" href="${own}/redact?from=${at}">${words}</a>`
  return html`<p class="more">Messages ${from + 1} to ${Math.min(from + MESSAGES_A_PAGE, count)} of ${count}${from > 0 && link(Math.max(0, from - MESSAGES_A_PAGE), "Earlier")}${from + MESSAGES_A_PAGE < count && link(from + MESSAGES_A_PAGE, "Later")}</p>`
}
