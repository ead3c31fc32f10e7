import { type Document, visible } from "../protocol/document.ts"
import { itemKey } from "../protocol/item.ts"
import { type Block, CHANGES, CONTENTS, LOG, OTHERS, SUMMARY, WAITING } from "./block.ts"
import { blockID } from "./block-id.ts"
import { changedFiles, changesSection } from "./changes.ts"
import { childHead } from "./child-session.ts"
import { contentsNav } from "./contents.ts"
import { descendants, directoryOf } from "./frame.ts"
import { html } from "./html.ts"
import { messageBlocks, type Seen } from "./message-blocks.ts"
import { othersSection } from "./others.ts"
import { summaryHeader } from "./summary.ts"

/** The page of a document as blocks: the summary, the prompts as contents, and the log with all that was said. */
export function pageBlocks(raw: Document): readonly Block[] {
  const document = visible(raw)
  return [summaryBlock(document, raw), ...contentsBlocks(document), logBlock(document)]
}

function contentsBlocks(document: Document): Block[] {
  const nav = contentsNav(document)
  return nav ? [{ id: CONTENTS, keys: [], shape: nav.text, children: [], render: () => nav }] : []
}

function summaryBlock(document: Document, raw: Document): Block {
  const header = summaryHeader(document, raw)
  // It shows a bit of everything, so its own text is what tells whether it changed.
  return { id: SUMMARY, keys: [], shape: header.text, children: [], render: () => header }
}

function logBlock(document: Document): Block {
  const sessions = new Set(descendants(document))
  const seen: Seen = { parts: new Set(), directory: directoryOf(document), sessions, models: document.models }
  const children = [
    ...(isEmpty(document) ? [waitingBlock(document)] : []),
    ...sessionBlocks(document, seen),
    ...changesBlocks(document),
    ...othersBlocks(document),
  ]
  return {
    id: LOG,
    keys: [],
    shape: "",
    children,
    render: (_frame, inner) => html`<main id="${LOG}">${inner}</main>`,
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

function sessionBlocks(document: Document, seen: Seen): Block[] {
  return [...messageBlocks(document, seen), ...document.children.map((child) => childBlock(child, seen))]
}

/** A subagent's session: folded, with its own log inside. */
function childBlock(child: Document, seen: Seen): Block {
  const id = blockID("session", child.sessionID)
  const head = childHead(child, `${id}.head`)
  const log: Block = {
    id: `${id}.log`,
    keys: [],
    shape: "",
    children: sessionBlocks(child, seen),
    render: (_frame, inner) => html`<div id="${id}.log" class="log">${inner}</div>`,
  }
  return {
    id,
    keys: [],
    shape: "",
    children: [{ id: `${id}.head`, keys: [], shape: head.text, children: [], render: () => head }, log],
    render: (frame, inner) =>
      html`<details id="${id}" class="child"${frame.whole && html` open`}>${inner}</details>`,
  }
}

function changesBlocks(document: Document): Block[] {
  const { files, keys } = changedFiles(document)
  if (files.length === 0) return []
  return [
    {
      id: CHANGES,
      keys,
      shape: `${files.length} ${directoryOf(document)}`,
      children: [],
      render: (frame) => changesSection(files, CHANGES, frame),
    },
  ]
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
