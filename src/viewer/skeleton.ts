import type { Assets } from "./frame.ts"
import { type Child, type Html, html } from "./html.ts"

export interface Skeleton {
  title: string
  description?: string
  assets: Assets
  /** What the browser script needs to know, as `data-` attributes of the body. */
  data?: Readonly<Record<string, string>>
  /** A class for the body. */
  kind: string
  /** False for pages that search engines may list. */
  hidden?: boolean
}

/** Everything before the content of a page. */
export function pageStart({ title, description, assets, data, kind, hidden = true }: Skeleton): Html {
  const attributes = Object.entries(data ?? {}).map(([name, value]) => html` data-${name}="${value}"`)
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">${hidden && html`<meta name="robots" content="noindex">`}
<title>${title}</title>${description && html`<meta name="description" content="${description}">`}
<meta property="og:title" content="${title}">${description && html`<meta property="og:description" content="${description}">`}
<link rel="stylesheet" href="${assets.style}">${assets.icon && html`<link rel="icon" href="${assets.icon}" type="image/svg+xml">`}
<script defer src="${assets.script}"></script>
</head>
<body class="${kind}"${attributes}>
`
}

/** Everything after it. */
export function pageEnd(): Html {
  return html`</body>\n</html>\n`
}

/** The line on top of every page. */
export function topBar(right?: Child): Html {
  return html`<nav class="bar" aria-label="Better Share"><a class="brand" href="/"><span class="mark" aria-hidden="true"></span>Better Share</a>${right}</nav>`
}
