import type { TextDelta } from "./passing.ts"

/**
 * What a live page is told over `GET /api/share/:id/events`. The stream's event names are the keys of
 * {@link LiveEvents}; `id:` is the revision that the page shows after the event. Passing text and viewers change none, and have
 * no id.
 */
export interface LiveEvents {
  /** Changes to apply in order. */
  patch: { ops: PatchOp[] }
  /** Too much changed to send piece by piece: fetch the page and take its content. */
  refresh: Record<string, never>
  /** An encrypted share is at this revision: fetch what is new, and open it. */
  commit: { revision: number }
  /** Text that is being written. It may come twice, or not at all; a commit's patch says it in the end. */
  delta: { deltas: readonly TextDelta[] }
  /** The same of an encrypted share, as its writer sealed it. */
  sealed: { sealed: string }
  /** How many watch at this moment, on all nodes. */
  viewers: { count: number }
  /** Revoked or expired: empty the page, say so, do not reconnect. */
  gone: { message: string }
}

/** One change of the page. Every block of a page is an element with an id, inside the element `parent`. */
export type PatchOp =
  | {
      op: "put"
      id: string
      /** Id of the element whose child this block is. */
      parent: string
      /** Id of the sibling block before it; null puts it first. */
      after: string | null
      /** The block's element, complete. It replaces the element with that id where there is one. */
      html: string
    }
  | { op: "remove"; id: string }
