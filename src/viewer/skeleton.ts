import type { Assets } from "./frame.ts"
import { type Child, type Html, html } from "./html.ts"

export interface Skeleton {
  title: string
  description?: string
  assets: Assets
  /** What the browser script needs to know, as `data-` attributes of the body. */
  data?: Readonly<Record<string, string>>
  /** More for the head; without it, the title and the description stand for the page's link. */
  head?: Html
  /** Address of one more stylesheet, behind that of all pages. */
  style?: string
  /** A class for the body. */
  kind: string
  /** False for pages that search engines may list. */
  hidden?: boolean
  /** Told to whom a page leads: nobody, unless its forms have to say where they come from. */
  referrer?: "no-referrer" | "same-origin"
}

/** What a browser paints its own bar with: `--paper` of styles/tokens.css. */
export const PAPER = { light: "#fcfbf8", dark: "#141516" } as const

/** Everything before the content of a page. */
export function pageStart({ title, description, assets, data, kind, head, style, ...rest }: Skeleton): Html {
  const { hidden = true, referrer = "no-referrer" } = rest
  const attributes = Object.entries(data ?? {}).map(([name, value]) => html` data-${name}="${value}"`)
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${Object.entries(PAPER).map(([scheme, colour]) => html`<meta name="theme-color" content="${colour}" media="(prefers-color-scheme: ${scheme})">`)}
<meta name="referrer" content="${referrer}">${hidden && html`<meta name="robots" content="noindex">`}
<title>${title}</title>${description && html`<meta name="description" content="${description}">`}
${head ?? plainHead(title, description)}
${assets.theme && html`<script src="${assets.theme.script}" data-themes="${assets.theme.themes}"></script>`}
<link rel="stylesheet" href="${assets.style}">${style && html`<link rel="stylesheet" href="${style}">`}${assets.icon && html`<link rel="icon" href="${assets.icon}" type="image/svg+xml">`}
<script defer src="${assets.script}"></script>
</head>
<body class="${kind}"${attributes}>
`
}

function plainHead(title: string, description: string | undefined): Html {
  return html`<meta property="og:title" content="${title}">${description && html`<meta property="og:description" content="${description}">`}`
}

/** Everything after it. */
export function pageEnd(): Html {
  return html`</body>\n</html>\n`
}

/**
 * The line on top of every page.
 * @param home where its name leads; from a saved file, nowhere
 */
export function topBar(right?: Child, home = "/"): Html {
  const name = html`<span class="mark" aria-hidden="true"></span>Better Share`
  const brand = home
    ? html`<a class="brand" href="${home}">${name}</a>`
    : html`<span class="brand">${name}</span>`
  return html`<nav class="bar" aria-label="Better Share">${brand}${right}</nav>`
}
