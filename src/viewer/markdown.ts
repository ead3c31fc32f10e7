import markdownIt, { type Token } from "markdown-it"
import { highlight } from "./highlight.ts"
import { type Html, html, showBidi, trusted } from "./html.ts"
import { followable, hostOf, isRasterData } from "./image-data.ts"
import { markTasks } from "./markdown-tasks.ts"
import { plainText } from "./plain-text.ts"

/** Markdown as HTML. Raw HTML stays text, links are followed only by hand, pictures are never fetched. */
export function markdown(source: string): Html {
  return trusted(parser.render(showBidi(plainText(source))))
}

const parser = markdownIt({ html: false, linkify: true })
// Everything is parsed as a link here, and `neutralise` decides what may be one: a refused link would show as source.
parser.validateLink = () => true
parser.linkify.set({ fuzzyLink: false, fuzzyEmail: false })
parser.core.ruler.push("tasks", (state) => markTasks(state.tokens, state.Token))
parser.core.ruler.push("headings", (state) => shiftHeadings(state.tokens))
parser.core.ruler.push("alignment", (state) => alignByClass(state.tokens))
parser.core.ruler.push("links", (state) => {
  for (const token of state.tokens) if (token.children) neutralise(token.children)
})

const LINK_RELATION = "noopener noreferrer nofollow ugc"

/** Links that lead nowhere from here (paths in the project, other schemes) become marked text. */
function neutralise(tokens: Token[]): void {
  let open: Token | undefined
  for (const token of tokens) {
    if (token.type === "link_open") {
      open = token
      const href = String(token.attrGet("href") ?? "")
      token.attrs = followable(href)
        ? [
            ["href", href],
            ["rel", LINK_RELATION],
            ["target", "_blank"],
          ]
        : [
            ["class", "reference"],
            ["title", href.slice(0, 300)],
          ]
      if (!followable(href)) token.tag = "span"
    } else if (token.type === "link_close") {
      if (open) token.tag = open.tag
      open = undefined
    } else if (token.type === "image" && open) {
      token.meta = { insideLink: true }
    }
  }
}

/**
 * The page's title is its h1 and a message has an h2, so headings within start at h3 and never skip a level;
 * the class keeps the writer's own rank for the looks.
 */
function shiftHeadings(tokens: Token[]): void {
  let last = 2
  for (const token of tokens) {
    if (token.type === "heading_open") {
      const rank = Number(token.tag.slice(1))
      last = Math.min(rank + 2, last + 1, 6)
      token.attrSet("class", `rank-${rank}`)
    }
    if (token.type === "heading_open" || token.type === "heading_close") token.tag = `h${last}`
  }
}

/** markdown-it aligns cells with a style attribute, which the page's policy forbids. */
function alignByClass(tokens: Token[]): void {
  for (const token of tokens) {
    if (token.type !== "th_open" && token.type !== "td_open") continue
    const side = /^text-align:(left|center|right)$/.exec(String(token.attrGet("style") ?? ""))?.[1]
    token.attrs = side ? [["class", `align-${side}`]] : null
  }
}

const { rules } = parser.renderer

rules.image = (tokens, index) => {
  const token = tokens[index]
  const src = String(token?.attrGet("src") ?? "")
  const alt = token?.content ?? ""
  return picture(src, alt, token?.meta?.insideLink === true).text
}

function picture(src: string, alt: string, insideLink: boolean): Html {
  if (isRasterData(src)) return html`<img src="${src}" alt="${alt}" loading="lazy">`
  const label = html`<span class="image-alt">${alt || "image"}</span>`
  if (insideLink || !followable(src)) return html`<span class="image-link">${label}</span>`
  return html`<a class="image-link" href="${src}" rel="${LINK_RELATION}" target="_blank">${label} <span class="host">${hostOf(src)}</span></a>`
}

rules.fence = (tokens, index) => {
  const token = tokens[index]
  return fence(token?.content ?? "", token?.info.trim().split(/\s+/)[0] ?? "").text
}
rules.code_block = (tokens, index) => fence(tokens[index]?.content ?? "", "").text

function fence(code: string, language: string): Html {
  const label = language && html`<span class="language">${language.slice(0, 40)}</span>`
  const body = highlight(code.replace(/\n$/, ""), language.toLowerCase() || undefined)
  return html`<div class="fence">${label}<pre class="code" tabindex="0"><code>${body}</code></pre></div>\n`
}

rules.table_open = () => '<div class="table" tabindex="0"><table>\n'
rules.table_close = () => "</table></div>\n"
