import { CONTENTS } from "./block.ts"
import { shareHref } from "./frame.ts"
import { type Html, html } from "./html.ts"
import { USUAL_VIEW, VIEWS, type View } from "./view.ts"

export interface Controls {
  shareID: string
  /** The page's own address, without the view: `/share/…?from=3`. */
  self: string
  view: View
  /** Forms that the share can be had in. */
  formats: readonly { href: string; title: string }[]
  /** What `opencode import` is given; undefined where it takes none. */
  importUrl?: string
}

/** What a reader can do with a page, at the right end of its top bar. Panels open without scripts (popover). */
export function pageControls({ shareID, self, view, formats, importUrl }: Controls): Html {
  const page = shareHref(shareID)
  return html`<span class="right"><span id="live" role="status" hidden></span>${outlineButton()}${link("search-link", `${page}/search`, "i-search", "Search")}${link("changes-link", `${page}/changes`, "i-pencil", "Changes")}${button("view", "i-view", "View")}${button("use", "i-use", "Use")}</span>
${viewPanel(view, self)}
<div id="use" class="panel" popover>${importUrl && html`<h2>Continue in OpenCode</h2><div class="fence"><pre class="code" tabindex="0"><code class="import">opencode import ${importUrl}</code></pre></div>`}<h2>Read it elsewhere</h2><p class="choice">${formats.map(({ href, title }) => html`<a href="${href}">${title}</a>`)}</p><p class="yours"><a href="/shares/${encodeURIComponent(shareID)}">Is it yours? Manage it</a></p></div>`
}

/** Of a page that no server stands behind: where to go in it, and how much of it to see. */
export function fileControls(view: View): Html {
  return html`<span class="right">${outlineButton()}${button("view", "i-view", "View")}</span>${viewPanel(view, "")}`
}

/** Of a page that is drawn in the browser, of what its server cannot read. */
export function sealedControls(sealed: Html): Html {
  return html`<span class="right">${sealed}<span id="live" role="status" hidden></span>${outlineButton()}${link("search-link", "#search", "i-search", "Search")}${button("view", "i-view", "View")}</span>${viewPanel(USUAL_VIEW, "")}`
}

/** On narrow screens the prompts are a sheet. */
function outlineButton(): Html {
  return html`<button class="control" type="button" id="outline-button" popovertarget="${CONTENTS}" aria-label="Prompts"><span class="icon i-list"></span><span class="word">Prompts</span></button>`
}

/** @param self the page's own address, for the other views of it without scripts */
function viewPanel(view: View, self: string): Html {
  const asking = self.includes("?") ? "&" : "?"
  const choices = Object.entries(VIEWS).map(
    ([name, title]) =>
      html`<a href="${self}${name !== USUAL_VIEW && `${asking}show=${name}`}" data-show="${name}"${name === view && html` aria-current="true"`}>${title}</a>`,
  )
  return html`<div id="view" class="panel" popover><h2>Show</h2><p class="choice" id="show">${choices}</p></div>`
}

function link(id: string, href: string, icon: string, word: string): Html {
  return html`<a class="control" id="${id}" href="${href}" aria-label="${word}"><span class="icon ${icon}"></span><span class="word">${word}</span></a>`
}

function button(target: string, icon: string, word: string): Html {
  return html`<button class="control" type="button" popovertarget="${target}" aria-label="${word}"><span class="icon ${icon}"></span><span class="word">${word}</span></button>`
}
