/** Records by the names of the first line, as RFC 4180 writes them: https://www.rfc-editor.org/rfc/rfc4180 */
export function parseCsv(text: string): Record<string, string>[] {
  const [names = [], ...records] = rowsOf(text.replace(/^\uFEFF/, ""))
  return records.map((fields) => Object.fromEntries(names.map((name, i) => [name.trim(), fields[i] ?? ""])))
}

/** One field and what ends it; in quotes it may hold anything, quotes twice. */
const FIELD = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y

function rowsOf(text: string): string[][] {
  const rows: string[][] = []
  let fields: string[] = []
  FIELD.lastIndex = 0
  while (FIELD.lastIndex < text.length) {
    const [, quoted, bare, end] = FIELD.exec(text) ?? []
    if (end === undefined) throw new Error(`It is no CSV from its line ${rows.length + 1} on.`)
    fields.push(quoted?.replaceAll('""', '"') ?? bare ?? "")
    if (end === "," && FIELD.lastIndex < text.length) continue
    if (end === ",") fields.push("")
    rows.push(fields)
    fields = []
  }
  return rows.filter((row) => row.length > 1 || row[0] !== "")
}
