import { CONTENTS } from "./block.ts"
import { shareHref } from "./frame.ts"
import { type Html, html } from "./html.ts"
import { USUAL_VIEW, VIEWS, type View } from "./view.ts"

export interface Controls {
  shareID: string
  view: View
  /** Forms that the share can be had in. */
  formats: readonly { href: string; title: string }[]
  /** What `opencode import` is given; undefined where it takes none. */
  importUrl?: string
}

/** What a reader can do with a page, at the right end of its top bar. Panels open without scripts (popover). */
export function pageControls({ shareID, view, formats, importUrl }: Controls): Html {
  const page = shareHref(shareID)
  return html`<span class="right"><span id="live" role="status" hidden></span><button class="control" type="button" id="outline-button" popovertarget="${CONTENTS}"><span class="icon i-list" aria-hidden="true"></span><span class="word">Prompts</span></button><a class="control" id="search-link" href="${page}/search"><span class="icon i-search" aria-hidden="true"></span><span class="word">Search</span></a><a class="control" id="changes-link" href="${page}/changes"><span class="icon i-pencil" aria-hidden="true"></span><span class="word">Changes</span></a>${button("view", "i-view", "View")}${button("use", "i-use", "Use")}</span>
<div id="view" class="panel" popover><h2>Show</h2><p class="choice" id="show">${Object.entries(VIEWS).map(
    ([name, title]) =>
      html`<a href="${page}${name === USUAL_VIEW ? "" : `?show=${name}`}" data-show="${name}"${name === view && html` aria-current="true"`}>${title}</a>`,
  )}</p></div>
<div id="use" class="panel" popover>${importUrl && html`<h2>Continue in OpenCode</h2><div class="fence"><pre class="code"><code class="import">opencode import ${importUrl}</code></pre></div>`}<h2>Read it elsewhere</h2><p class="choice">${formats.map(({ href, title }) => html`<a href="${href}">${title}</a>`)}</p></div>`
}

function button(target: string, icon: string, word: string): Html {
  return html`<button class="control" type="button" popovertarget="${target}"><span class="icon ${icon}" aria-hidden="true"></span><span class="word">${word}</span></button>`
}
