import type { Document } from "../protocol/document.ts"
import type { ItemKey } from "../protocol/item.ts"
import type { PatchOp } from "../protocol/patch.ts"
import { type Block, LOG, PAGE } from "./block.ts"
import { createFrame, type Frame, type RenderContext } from "./frame.ts"
import { type Html, nothing, trusted } from "./html.ts"
import { pageBlocks } from "./page-blocks.ts"

/** Which blocks a page shows and of what they are made, without their content: what is kept between two commits. */
export type Outline = ReadonlyMap<string, OutlineEntry>

export interface OutlineEntry {
  parent: string
  keys: string
  shape: string
}

export interface Changes {
  /** What brings a page from the old outline to the new one, in order. */
  ops: PatchOp[]
  outline: Outline
}

/** The blocks of a document's page. The document is as folded, with what an undo hides still in it. */
export function outline(document: Document): Outline {
  return outlineOf(pageBlocks(document))
}

function outlineOf(blocks: readonly Block[]): Outline {
  const entries = new Map<string, OutlineEntry>()
  const add = (block: Block, parent: string): void => {
    entries.set(block.id, { parent, keys: block.keys.join(" "), shape: block.shape })
    for (const child of block.children) add(child, block.id)
  }
  for (const block of blocks) add(block, PAGE)
  return entries
}

/**
 * Renders what changed on a page between two states of its share, and nothing else.
 * @param changed keys of the items that were touched since `before`, as `Fold.apply` answers them
 */
export function renderChanges(options: {
  before: Outline
  document: Document
  changed: ReadonlySet<ItemKey>
  context: RenderContext
}): Changes {
  const { before, document, changed, context } = options
  const blocks = pageBlocks(document)
  const after = outlineOf(blocks)
  const frame = createFrame(document, context)
  const siblings = childrenByParent(before)
  const ops: PatchOp[] = removals(before, after)

  function update(children: readonly Block[], parent: string): void {
    // What the page shows under this parent by now, kept in step with the ops.
    const shown = (siblings.get(parent) ?? []).filter((id) => after.get(id)?.parent === parent)
    for (const [index, block] of children.entries()) {
      const previous = children[index - 1]?.id ?? null
      const inPlace = shown[index] === block.id
      if (!inPlace) {
        const at = shown.indexOf(block.id)
        if (at >= 0) shown.splice(at, 1)
        shown.splice(index, 0, block.id)
      }
      if (inPlace && isSame(block, parent)) update(block.children, block.id)
      else
        ops.push({ op: "put", id: block.id, parent, after: previous, html: renderBlock(block, frame).text })
    }
  }

  function isSame(block: Block, parent: string): boolean {
    const old = before.get(block.id)
    const now = after.get(block.id)
    return (
      old !== undefined &&
      old.parent === parent &&
      old.keys === now?.keys &&
      old.shape === now.shape &&
      !block.keys.some((key) => changed.has(key))
    )
  }

  update(blocks, PAGE)
  return { ops, outline: after }
}

/** The whole page as changes from none, a turn each: so that who draws it can pause between. */
export function* renderInSteps(document: Document, context: RenderContext): Iterable<PatchOp> {
  const frame = createFrame(document, context)
  const put = (block: Block, parent: string, after: string | null, html: Html): PatchOp => ({
    op: "put",
    id: block.id,
    parent,
    after,
    html: html.text,
  })
  let previous: string | null = null
  for (const block of pageBlocks(document)) {
    const log = block.id === LOG
    yield put(block, PAGE, previous, log ? block.render(frame, nothing) : renderBlock(block, frame))
    previous = block.id
    let before: string | null = null
    for (const child of log ? block.children : []) {
      yield put(child, LOG, before, renderBlock(child, frame))
      before = child.id
    }
  }
}

/** A block's complete element, with all that is in it. */
export function renderBlock(block: Block, frame: Frame): Html {
  if (block.children.length === 0) return block.render(frame, nothing)
  let inner = ""
  for (const child of block.children) inner += renderBlock(child, frame).text
  return block.render(frame, trusted(inner))
}

/**
 * What vanished, without what vanishes inside of it. What moved to another parent goes as well: it may come back
 * inside a block that is put as a whole, and must not be there twice meanwhile.
 */
function removals(before: Outline, after: Outline): PatchOp[] {
  const ops: PatchOp[] = []
  for (const [id, { parent }] of before) {
    const stays = after.get(id)?.parent === parent
    if (!stays && (parent === PAGE || after.has(parent))) ops.push({ op: "remove", id })
  }
  return ops
}

function childrenByParent(entries: Outline): Map<string, string[]> {
  const children = new Map<string, string[]>()
  for (const [id, { parent }] of entries) {
    const siblings = children.get(parent)
    if (siblings) siblings.push(id)
    else children.set(parent, [id])
  }
  return children
}
