import type { Document } from "../protocol/document.ts"
import { routePath } from "../protocol/routes.ts"
import { abuseLink, type Reporting } from "./abuse.ts"
import { type Block, LOG, PAGE } from "./block.ts"
import { cardTags } from "./card/meta.ts"
import { pageControls } from "./controls.ts"
import { describe } from "./describe.ts"
import { plural, timeTag } from "./format.ts"
import { alternateLinks } from "./formats/formats.ts"
import { createFrame, type Frame, type RenderContext, shareHref } from "./frame.ts"
import { type Html, html, trusted } from "./html.ts"
import { renderBlock } from "./live.ts"
import { packing } from "./packed.ts"
import { pageBlocks } from "./page-blocks.ts"
import { pageEnd, pageStart, topBar } from "./skeleton.ts"
import { titleOf } from "./summary.ts"
import { USUAL_VIEW, type View } from "./view.ts"

export type { Assets, RenderContext } from "./frame.ts"

export interface SharePage {
  /** Times are ISO 8601. */
  share: {
    id: string
    revision: number
    createdAt: string
    updatedAt: string
    /** Everybody may find it. */
    public?: boolean
    /** Absent: when it is revoked. */
    expiresAt?: string
  }
  /** What `opencode import` takes, where that is not the share's address. */
  importUrl?: string
  /** As folded: what an undo hides is left out here. */
  document: Document
  context: RenderContext
  /** Where people reach the server, without a slash at the end. */
  baseUrl: string
  view?: View
  /** Its own address, where that is not the share's. */
  self?: string
  /** Stands above everything: where this page belongs, and what it leaves out. */
  notice?: Html
}

const INNER = "<!--inner-->"

/** The page of a share, in pieces of a part each, so that a long session is never one string. */
export function* renderSharePage(page: SharePage): Iterable<string> {
  const { share, document, context, baseUrl, notice, view = USUAL_VIEW } = page
  const frame = createFrame(document, context)
  const title = titleOf(document)
  const formats = [
    ...alternateLinks(share.id),
    { href: `${shareHref(share.id)}.html`, title: "One HTML file" },
  ]
  const importUrl = page.importUrl ?? `${baseUrl}${shareHref(share.id)}`
  yield pageStart({
    title: `${title} · Better Share`,
    description: describe(document),
    assets: context.assets,
    // The addresses travel with the page, so that the browser script needs no table of routes.
    data: {
      share: share.id,
      page: shareHref(share.id),
      show: view,
      revision: String(share.revision),
      events: routePath("watchShare", { id: share.id }),
      metadata: routePath("readShareMetadata", { id: share.id }),
      // A page of a part of the share cannot take its changes piece by piece.
      ...(notice && { partial: "" }),
    },
    head: headOf(page, title),
    kind: "share",
    hidden: !share.public || notice !== undefined,
  }).text
  const controls = pageControls({
    shareID: share.id,
    self: page.self ?? shareHref(share.id),
    view,
    formats,
    importUrl,
  })
  yield html`<a class="skip" href="#${LOG}">Skip to the conversation</a>${topBar(controls)}${notice}<div id="${PAGE}">`
    .text
  yield* pagePieces(document, frame)
  yield html`</div>${footer(share, context)}`.text
  yield pageEnd().text
}

/** The blocks of a document as a page has them, in pieces. */
export function* pagePieces(document: Document, frame: Frame): Iterable<string> {
  for (const block of pageBlocks(document, { whole: frame.whole })) yield* inPieces(block)

  function* inPieces(block: Block, packed = false): Iterable<string> {
    if (block.children.length === 0) {
      yield renderBlock(block, frame).text
      return
    }
    // What stands around the children. Text of a share is escaped, so it holds no comment that could pose as this one.
    const [start = "", end = ""] = block.render(frame, trusted(INNER)).text.split(INNER)
    const packs = !packed && block.packs === true
    const [before, after] = packs ? packing(block.children.length) : ["", ""]
    yield start + before
    for (const child of block.children) yield* inPieces(child, packed || packs)
    yield after + end
  }
}

/** What services and agents read of a page. */
function headOf({ share, document, baseUrl, notice }: SharePage, title: string): Html {
  const { id, revision } = share
  const description = describe(document)
  const links = alternateLinks(id).map(
    ({ type, href, title }) => html`<link rel="alternate" type="${type}" href="${href}" title="${title}">\n`,
  )
  const card = cardTags({ baseUrl, shareID: id, title, description, revision })
  return html`${card}${notice === undefined && links}`
}

function footer({ id, createdAt, expiresAt, revision }: SharePage["share"], reporting: Reporting): Html {
  const created = timeTag(Date.parse(createdAt))
  const end = expiresAt !== undefined && timeTag(Date.parse(expiresAt))
  const abuse = abuseLink(reporting, id)
  return html`<footer><p>${created && html`Shared ${created} with `}<a href="/">Better Share</a><span class="dim"> · ${plural(revision, "sync")}</span>${end && html` <span id="expiry">· Gone on ${end}</span>`}${abuse && html` · ${abuse}`}</p></footer>`
}
