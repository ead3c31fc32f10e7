import type { Document } from "../protocol/document.ts"
import { routePath } from "../protocol/routes.ts"
import { type Block, LOG, PAGE } from "./block.ts"
import { timeTag } from "./format.ts"
import { createFrame, type RenderContext } from "./frame.ts"
import { html, trusted } from "./html.ts"
import { renderBlock } from "./live.ts"
import { pageBlocks } from "./page-blocks.ts"
import { pageEnd, pageStart, topBar } from "./skeleton.ts"
import { titleOf } from "./summary.ts"

export type { Assets, RenderContext } from "./frame.ts"

export interface SharePage {
  /** Times are ISO 8601. */
  share: { id: string; revision: number; createdAt: string; updatedAt: string }
  /** As folded: what an undo hides is left out here. */
  document: Document
  context: RenderContext
}

const INNER = "<!--inner-->"

/** The page of a share, in pieces of a part each, so that a long session is never one string. */
export function* renderSharePage({ share, document, context }: SharePage): Iterable<string> {
  const frame = createFrame(document, context)
  const title = titleOf(document)
  yield pageStart({
    title: `${title} · Better Share`,
    description: "A coding session with OpenCode.",
    assets: context.assets,
    // The addresses travel with the page, so that the browser script needs no table of routes.
    data: {
      share: share.id,
      revision: String(share.revision),
      events: routePath("watchShare", { id: share.id }),
      metadata: routePath("readShareMetadata", { id: share.id }),
    },
    kind: "share",
  }).text
  yield html`<a class="skip" href="#${LOG}">Skip to the conversation</a>${topBar(html`<p id="live" role="status" hidden></p>`)}<div id="${PAGE}">`
    .text
  for (const block of pageBlocks(document)) yield* inPieces(block)
  yield html`</div>${footer(share)}`.text
  yield pageEnd().text

  function* inPieces(block: Block): Iterable<string> {
    if (block.children.length === 0) {
      yield renderBlock(block, frame).text
      return
    }
    // What stands around the children. Text of a share is escaped, so it holds no comment that could pose as this one.
    const [start = "", end = ""] = block.render(frame, trusted(INNER)).text.split(INNER)
    yield start
    for (const child of block.children) yield* inPieces(child)
    yield end
  }
}

function footer(share: SharePage["share"]) {
  const created = timeTag(Date.parse(share.createdAt))
  return html`<footer><p class="import" hidden>Continue it in your own terminal: <code></code></p><p>${created && html`Shared ${created} with `}<a href="/">Better Share</a></p></footer>`
}
