const times = (text: string, count: number) => text.repeat(count)

/** Shapes that some parser takes too long or too deep for, by name: so many characters as they are asked for. */
export const HEAVY: Readonly<Record<string, (chars: number) => string>> = {
  "one long line": (chars) => times("x", chars),
  "one long line of markup": (chars) => times("<b>", chars / 3),
  "open brackets": (chars) => times("[", chars),
  "closed brackets": (chars) => times("[", chars / 2) + times("]", chars / 2),
  "open links": (chars) => times("[a](", chars / 4),
  "nested pictures": (chars) => times("![", chars / 2),
  "quotes in quotes": (chars) => `${times(">", chars)} x`,
  "lists in lists": (chars) => times("- ", chars / 2),
  "steps to the right": (chars) => {
    const lines = Array.from({ length: Math.sqrt(chars) }, (_, depth) => `${times(" ", depth)}- x`)
    return lines.join("\n")
  },
  emphasis: (chars) => times("*a_ ", chars / 4),
  "only stars": (chars) => times("*", chars),
  "stars apart": (chars) => times("a**b", chars / 4),
  backticks: (chars) => {
    const runs = Array.from({ length: Math.sqrt(chars) }, (_, length) => times("`", length))
    return runs.join(" ")
  },
  "unclosed fences": (chars) => times("```\n", chars / 4),
  "unclosed comments": (chars) => times("<!--", chars / 4),
  declarations: (chars) => times("<!A ", chars / 4),
  processing: (chars) => times("<?", chars / 2),
  autolinks: (chars) => times("https://a.b/ ", chars / 13),
  "half autolinks": (chars) => times("https://", chars / 8),
  "mail addresses": (chars) => times("a@", chars / 2),
  "angle brackets": (chars) => times("<", chars),
  entities: (chars) => times("&", chars),
  "named entities": (chars) => times("&amp;", chars / 5),
  backslashes: (chars) => times("\\", chars),
  "a wide table": (chars) =>
    `${times("|a", chars / 6)}\n${times("|-", chars / 6)}\n${times("|b", chars / 6)}`,
  "a short table": (chars) => `|a|b|\n|-|-|\n${times("|\n", chars / 2)}`,
  references: (chars) => times("[a]: b\n", chars / 7),
  "deep JSON": (chars) => times("[", chars / 2) + times("]", chars / 2),
  "deep objects": (chars) => times('{"a":', chars / 6) + times("}", chars / 6),
  escapes: (chars) => times("\x1b[31mx", chars / 6),
  "half escapes": (chars) => times("\x1b[", chars / 2),
  "open titles": (chars) => times("\x1b]0;", chars / 4),
  returns: (chars) => times("x\r", chars / 2),
  overrides: (chars) => times("\u202e", chars),
  nulls: (chars) => times("\0", chars),
  "half pairs": (chars) => times("\ud800", chars),
  marks: (chars) => `z${times("\u0301", chars)}`,
  newlines: (chars) => times("\n", chars),
  spaces: (chars) => `${times(" ", chars)}x`,
  tabs: (chars) => times("\t", chars),
  "a data URL": (chars) => `data:image/png;base64,${times("A", chars)}!`,
  "a data URL of parameters": (chars) => `data:image/png${times(";a=b", chars / 4)},`,
  hunks: (chars) => times("@@ -1 +1 @@\n-a\n+b\n", chars / 18),
  remarks: (chars) => times("<shell_metadata>", chars / 16),
  tasks: (chars) => times("<task_result>", chars / 13),
}
