import { type Html, html } from "./html.ts"

const ADDRESS = /https?:\/\/[^\s<>"'`()[\]{}\\^|\u0000-\u001f]{4,2000}/gi

/** Text in which addresses can be followed, by hand and without a word about where from. */
export function linked(text: string): Html {
  const pieces: Html[] = []
  let at = 0
  for (const match of text.matchAll(ADDRESS)) {
    // A full stop ends the sentence, not the address.
    const url = match[0].replace(/[.,;:!?*_]{1,100}$/, "")
    pieces.push(
      html`${text.slice(at, match.index)}<a href="${url}" rel="noopener noreferrer nofollow ugc" target="_blank">${url}</a>`,
    )
    at = match.index + url.length
  }
  return html`${pieces}${text.slice(at)}`
}
