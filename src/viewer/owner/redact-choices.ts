import { type Document, type Message, visible } from "../../protocol/document.ts"
import type { RedactionReceipt } from "../../protocol/routes.ts"
import { plural } from "../format.ts"
import { type Html, html } from "../html.ts"
import { record, str } from "../read.ts"

/** Messages on one page. */
const MESSAGES_A_PAGE = 50
/** Of a part. Characters. */
const EXCERPT = 240

/** The fields of the form: what can be taken out, and the button that does it. Read by `readChosenRules`. */
export function redactChoices(document: Document, from: number): Html {
  const shown = visible(document).messages.slice(from, from + MESSAGES_A_PAGE)
  return html`<label>Words, wherever they stand (4 characters or more) <textarea name="text" rows="3" maxlength="10000" spellcheck="false"></textarea></label><fieldset><legend class="dim">Or whole messages, or parts of them: up to 16 at once</legend>${shown.map(messageChoice)}</fieldset><p><button class="button bad" type="submit">Take out</button></p>`
}

/** What came of it. */
export function redactDone({ occurrences, segments, objectsDeleted, final }: RedactionReceipt): Html {
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

/** Where the other messages are, when there are more than one page shows. `own` is the address of the share's page. */
export function redactPages(
  document: Document,
  { own, from }: { own: string; from: number },
): Html | undefined {
  const count = visible(document).messages.length
  if (count <= MESSAGES_A_PAGE) return undefined
  const link = (at: number, words: string) =>
    html` <a class="button" href="${own}/redact?from=${at}">${words}</a>`
  return html`<p class="more">Messages ${from + 1} to ${Math.min(from + MESSAGES_A_PAGE, count)} of ${count}${from > 0 && link(Math.max(0, from - MESSAGES_A_PAGE), "Earlier")}${from + MESSAGES_A_PAGE < count && link(from + MESSAGES_A_PAGE, "Later")}</p>`
}
