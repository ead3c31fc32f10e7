import type { Document } from "../protocol/document.ts"
import { countParts } from "./turns.ts"

/** A session of more parts has a lean page; about 130 messages. */
const MOST_PARTS = 500

/**
 * Whether a page shows of its tools only what they were called for, with what they put out behind a link: otherwise a
 * long session would be a page of a hundred thousand elements. All prose stays.
 */
export function isLean(document: Document): boolean {
  return countParts(document) > MOST_PARTS
}
