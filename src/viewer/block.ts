import type { ItemKey } from "../protocol/item.ts"
import type { Frame } from "./frame.ts"
import type { Html } from "./html.ts"

/**
 * A piece of the page that can be put or removed on its own: an element with an id, within its parent's. A page is a
 * tree of them, so the page as a whole and its live changes are the same functions.
 */
export interface Block {
  id: string
  /** Items that its own element shows. When one of them changes, the block is rendered again, children and all. */
  keys: readonly ItemKey[]
  /** All else that its element depends on, such as its neighbours. */
  shape: string
  children: readonly Block[]
  /** The page may bring its children packed, to be unpacked when they are looked at (see packed.ts). */
  packs?: boolean
  /** The complete element around its rendered children. */
  render(frame: Frame, children: Html): Html
}

/** Ids of the elements that every page has, whatever its share holds. */
export const PAGE = "page"
export const SUMMARY = "summary"
export const CONTENTS = "contents"
export const LOG = "log"
export const MAP = "map"
export const WAITING = "waiting"
export const CHANGES = "changes"
export const OTHERS = "others"

/** The block with this id among these and all below them. */
export function findBlock(blocks: readonly Block[], id: string): Block | undefined {
  for (const block of blocks) {
    const found = block.id === id ? block : findBlock(block.children, id)
    if (found) return found
  }
  return undefined
}

/** One that is made already: its own text tells whether it changed. */
export function madeBlock(id: string, made: Html): Block {
  return { id, keys: [], shape: made.text, children: [], render: () => made }
}
