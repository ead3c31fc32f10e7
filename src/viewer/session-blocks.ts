import type { Document } from "../protocol/document.ts"
import { type Block, madeBlock } from "./block.ts"
import { blockID } from "./block-id.ts"
import { childHead } from "./child-session.ts"
import { directoryOf } from "./frame.ts"
import { html } from "./html.ts"
import { isLean } from "./lean.ts"
import type { Seen } from "./message-blocks.ts"
import { descendantsOf } from "./session-tree.ts"
import { turnBlock } from "./turn-blocks.ts"
import { turnsOf } from "./turns.ts"

/** Turns at both ends of a long session that are there at once: where readers begin, and what is live. */
const UNPACKED = 2

/** All that was said in a session, turn by turn. Subagents stand where they were called; who was not, at the end. */
export function sessionBlocks(document: Document, { whole = false } = {}): Block[] {
  const long = isLean(document)
  const seen: Seen = {
    parts: new Set(),
    directory: directoryOf(document),
    sessions: new Set([...descendantsOf(document)].map(({ sessionID }) => sessionID)),
    children: new Map(),
    models: document.models,
    lean: long && !whole,
    long,
    voice: undefined,
    child: (child) => childBlock(child, seen),
  }
  return blocksOf(document, seen)
}

function blocksOf(document: Document, seen: Seen): Block[] {
  const around = { children: seen.children, voice: seen.voice }
  seen.children = new Map(document.children.map((child) => [child.sessionID, child]))
  seen.voice = undefined
  const turns = turnsOf(document.messages)
  const blocks = turns.map((turn, at) =>
    turnBlock(turn, document.sessionID, {
      last: at === turns.length - 1,
      packs: seen.long && at >= UNPACKED && at < turns.length - UNPACKED,
      seen,
    }),
  )
  const rest = [...seen.children.values()].map((child) => childBlock(child, seen))
  seen.children = around.children
  seen.voice = around.voice
  return [...blocks, ...rest]
}

/** A subagent's session: folded, with its own log inside. */
function childBlock(child: Document, seen: Seen): Block {
  const id = blockID("session", child.sessionID)
  const log: Block = {
    id: `${id}.log`,
    keys: [],
    shape: "",
    packs: seen.long,
    children: blocksOf(child, seen),
    render: (_frame, inner) => html`<div id="${id}.log" class="log">${inner}</div>`,
  }
  return {
    id,
    keys: [],
    shape: "",
    children: [madeBlock(`${id}.head`, childHead(child, `${id}.head`)), log],
    render: (frame, inner) =>
      html`<details id="${id}" class="child"${frame.open && html` open`}>${inner}</details>`,
  }
}
