import type { Document } from "../../protocol/document.ts"
import type { Slice } from "../range.ts"

/** How much of tool calls a text tells: nothing but that they were, in short, or all. */
export type Tools = "none" | "summary" | "full"

/** A share, to be told in another form than its page. */
export interface Told {
  /** Times are ISO 8601. */
  share: { id: string; revision: number; createdAt: string; updatedAt: string }
  /** As folded. */
  document: Document
  /** Set when only a stretch of it is asked for. */
  slice?: Slice | undefined
  tools: Tools
}

/** Longer than this nothing is told in full, as nobody reads it. Characters. */
export const ABSURD_CHARS = 1024 * 1024
