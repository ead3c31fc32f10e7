import { shareHref } from "../frame.ts"
import { type Html, html } from "../html.ts"
import { CARD } from "./size.ts"

export interface CardMeta {
  /** Where people reach the server, without a slash at the end: services take absolute addresses only. */
  baseUrl: string
  shareID: string
  title: string
  description: string
  /** Of the share: services keep a picture by its address, so each state has one of its own. */
  revision: number
}

/**
 * What services read to show a link (https://ogp.me, X's cards), for the head of a page. Not `og:url`: a service may
 * lead people there instead of to the link that was posted, and of an encrypted share it would lack the key.
 */
export function cardTags({ baseUrl, shareID, title, description, revision }: CardMeta): Html {
  const image = `${baseUrl}${shareHref(shareID)}/card.png?v=${revision}`
  return html`<meta property="og:type" content="article">
<meta property="og:site_name" content="Better Share">
<meta property="og:title" content="${title}">
<meta property="og:description" content="${description}">
<meta property="og:image" content="${image}">
<meta property="og:image:type" content="image/png">
<meta property="og:image:width" content="${CARD.width}">
<meta property="og:image:height" content="${CARD.height}">
<meta property="og:image:alt" content="${`Better Share: ${title}`}">
<meta name="twitter:card" content="summary_large_image">
`
}
