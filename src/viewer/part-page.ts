import { type Document, visible } from "../protocol/document.ts"
import { abuseFooter } from "./abuse.ts"
import { type Block, CHANGES, findBlock, OTHERS, PAGE } from "./block.ts"
import { blockID } from "./block-id.ts"
import { createFrame, type Frame, type RenderContext, shareHref } from "./frame.ts"
import { type Html, html, nothing } from "./html.ts"
import type { SharePage } from "./page.ts"
import { pageBlocks } from "./page-blocks.ts"
import { sessionBlocks } from "./session-blocks.ts"
import { pageEnd, pageStart, topBar } from "./skeleton.ts"
import { titleOf } from "./summary.ts"

const SECTIONS: ReadonlySet<string> = new Set([CHANGES, OTHERS])

/**
 * One part in full length, on a page of its own: where "Show all" leads without scripts.
 * @param partID the id of a part or of its element, or the name of a section
 * @returns undefined when the share shows no such part
 */
export function renderPartPage({
  document,
  context,
  partID,
}: Pick<SharePage, "document" | "context"> & { partID: string }): string | undefined {
  const block = findPart(document, partID)
  if (!block) return undefined
  const title = titleOf(document)
  const back = `${shareHref(context.shareID)}#${block.id}`
  const start = pageStart({ title: `${title} · Better Share`, assets: context.assets, kind: "single" })
  return html`${start}${topBar()}<div id="${PAGE}"><header class="single"><p class="eyebrow"><a href="${back}">Back to the conversation</a></p><h1>${title}</h1></header><main><article class="message"><div class="parts">${block.render(wholeFrame(document, context), nothing)}</div></article></main></div>${abuseFooter(context, context.shareID)}${pageEnd()}`
    .text
}

/** The element of one part in full length, as its page has it. */
export function renderWholePart({
  document,
  context,
  partID,
}: Pick<SharePage, "document" | "context"> & { partID: string }): Html | undefined {
  const block = findPart(document, partID)
  return block?.render(wholeFrame(document, context), nothing)
}

/** A part without the session of the subagent that it called, which has a page of its own. */
function findPart(document: Document, partID: string): Block | undefined {
  const section = SECTIONS.has(partID)
  // What sums the whole session up is not needed to find a part.
  const blocks = section ? pageBlocks(document) : sessionBlocks(visible(document), { whole: true })
  const ids = section ? [partID] : [blockID("part", partID), partID]
  return ids.map((id) => findBlock(blocks, id)).find((found) => found && isPart(found.keys, found.id))
}

function wholeFrame(document: Document, context: RenderContext): Frame {
  return { ...createFrame(document, context), whole: true, lean: false, open: true }
}

function isPart(keys: readonly string[], id: string): boolean {
  return SECTIONS.has(id) || keys[0]?.startsWith("part/") === true
}
