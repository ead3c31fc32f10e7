import { type Document, visible } from "../protocol/document.ts"
import { itemKey } from "../protocol/item.ts"
import { type Block, LOG, madeBlock, OTHERS, SUMMARY, WAITING } from "./block.ts"
import { changesBlocks } from "./changes.ts"
import { contentsBlocks } from "./contents.ts"
import { html } from "./html.ts"
import { isLean } from "./lean.ts"
import { othersSection } from "./others.ts"
import { sessionBlocks } from "./session-blocks.ts"
import { mapBlocks } from "./session-map.ts"
import { summaryHeader } from "./summary.ts"

/** The page of a document as blocks: the summary, the prompts as contents, and the log with all that was said. */
export function pageBlocks(raw: Document, options: { whole?: boolean } = {}): readonly Block[] {
  const document = visible(raw)
  return [summaryBlock(document, raw), ...contentsBlocks(document), logBlock(document, options)]
}

function summaryBlock(document: Document, raw: Document): Block {
  return madeBlock(SUMMARY, summaryHeader(document, raw))
}

function logBlock(document: Document, options: { whole?: boolean }): Block {
  const children = [
    ...mapBlocks(document),
    ...(isEmpty(document) ? [waitingBlock(document)] : []),
    ...sessionBlocks(document, options),
    ...changesBlocks(document),
    ...othersBlocks(document),
  ]
  return {
    id: LOG,
    keys: [],
    shape: isLean(document) ? "lean" : "",
    children,
    render: (frame, inner) => html`<main id="${LOG}"${frame.lean && html` class="lean"`}>${inner}</main>`,
  }
}

function isEmpty(document: Document): boolean {
  return document.messages.length === 0 && document.children.length === 0
}

function waitingBlock(document: Document): Block {
  const shape = document.session ? "empty" : "new"
  const text = document.session
    ? "Nothing has been said in this session yet."
    : "The link works; the session’s first words have not arrived yet. They will appear here by themselves."
  return {
    id: WAITING,
    keys: [],
    shape,
    children: [],
    render: () =>
      html`<section id="${WAITING}" class="waiting"><span class="pulse" aria-hidden="true"></span><p>${text}</p></section>`,
  }
}

function othersBlocks(document: Document): Block[] {
  const { others } = document
  if (others.length === 0) return []
  return [
    {
      id: OTHERS,
      keys: others.map((item) => itemKey(item, document.sessionID)),
      shape: String(others.length),
      children: [],
      render: (frame) => othersSection(others, OTHERS, frame),
    },
  ]
}
