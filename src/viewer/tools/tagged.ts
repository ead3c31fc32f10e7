/**
 * What stands between `<tag>` and `</tag>`, as OpenCode wraps outputs for the model. By search and not by pattern:
 * an output full of openings would make a pattern read it once for each.
 */
export function taggedText(text: string, tag: string): string | undefined {
  const start = text.indexOf(`<${tag}>`)
  if (start < 0) return undefined
  const from = start + tag.length + 2
  const end = text.indexOf(`</${tag}>`, from)
  if (end < 0) return undefined
  return text.slice(text[from] === "\n" ? from + 1 : from, text[end - 1] === "\n" ? end - 1 : end)
}

/** The text without the first such stretch. */
export function withoutTagged(text: string, tag: string): string {
  const start = text.indexOf(`<${tag}>`)
  const end = start < 0 ? -1 : text.indexOf(`</${tag}>`, start)
  return end < 0 ? text : text.slice(0, start) + text.slice(end + tag.length + 3)
}
