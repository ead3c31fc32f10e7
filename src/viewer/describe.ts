import { type Document, visible } from "../protocol/document.ts"
import { plural } from "./format.ts"
import { labelOf } from "./turns.ts"

/** A session in a sentence, for those who see a link and not the page. */
export function describe(document: Document): string {
  const prompts = visible(document).messages.filter(({ info }) => info.role === "user")
  const first = prompts[0]
  if (first === undefined) return "A coding session with OpenCode."
  return `${labelOf(first)} (a coding session with OpenCode, ${plural(prompts.length, "prompt")})`
}
