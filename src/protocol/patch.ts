/**
 * What a live page is told over `GET /api/share/:id/events`. The stream's event names are the keys of
 * {@link LiveEvents}; `id:` is the revision that the page shows after the event.
 */
export interface LiveEvents {
  /** Changes to apply in order. */
  patch: { ops: PatchOp[] }
  /** Too much changed to send piece by piece: fetch the page and take its content. */
  refresh: Record<string, never>
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
