import { shareHref } from "../frame.ts"
import { writeJson } from "./json.ts"
import { writeLog } from "./log.ts"
import { writeMarkdown } from "./markdown.ts"
import type { Told, Tools } from "./told.ts"

export interface Format {
  /** Media type, without its charset. */
  type: string
  /** What people call it. */
  title: string
  /** When the reader does not say. */
  tools: Tools
  /** In pieces, so that a long session is never one string. */
  write(told: Told): Iterable<string>
}

/** Every form of a share beside its page, by the ending of its address. */
export const FORMATS = {
  md: { type: "text/markdown", title: "Markdown", tools: "summary", write: writeMarkdown },
  txt: { type: "text/plain", title: "Plain text", tools: "full", write: writeLog },
  json: { type: "application/json", title: "JSON", tools: "full", write: writeJson },
} as const satisfies Record<string, Format>

export type FormatName = keyof typeof FORMATS

export function isFormatName(name: string): name is FormatName {
  return Object.hasOwn(FORMATS, name)
}

/** What the page's head says of the other forms, for `<link rel="alternate">`. */
export function alternateLinks(shareID: string): { type: string; href: string; title: string }[] {
  return Object.entries(FORMATS).map(([name, { type, title }]) => ({
    type,
    href: `${shareHref(shareID)}.${name}`,
    title,
  }))
}
