import { type Html, html } from "../html.ts"

/** A path whose file name stands out; the whole of it on hover where it was shortened. */
export function pathTag(path: string, full: string): Html {
  const slash = path.lastIndexOf("/", path.length - 2)
  const folder = path.slice(0, slash + 1)
  const title = full !== path && html` title="${full}"`
  return html`<code class="path"${title}>${folder && html`<span class="folder">${folder}</span>`}${path.slice(slash + 1)}</code>`
}
