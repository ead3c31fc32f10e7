/** One line of a unified diff. `text` has no sign; `old` and `new` are its line numbers. */
export interface DiffLine {
  kind: "add" | "del" | "same" | "hunk" | "note"
  text: string
  old?: number
  new?: number
}

export interface DiffStat {
  additions: number
  deletions: number
}

const HUNK = /^@@ -(\d{1,9})(?:,\d+)? \+(\d{1,9})(?:,\d+)? @@ ?(.*)$/
const HEADER =
  /^(?:Index: |={5,}|diff --git |index [0-9a-f]|(?:new|deleted) file mode|similarity index |rename )/

/**
 * Reads a unified diff line by line. It is more patient than a patch parser, as it only has to be shown: whatever
 * fits nowhere becomes a note.
 */
export function readDiff(patch: string): DiffLine[] {
  const lines: DiffLine[] = []
  const source = patch.split("\n")
  if (source.at(-1) === "") source.pop()
  let oldLine = 0
  let newLine = 0
  let inHunk = false
  for (const raw of source) {
    const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw
    const hunk = HUNK.exec(line)
    if (hunk) {
      oldLine = Number(hunk[1])
      newLine = Number(hunk[2])
      inHunk = true
      lines.push({ kind: "hunk", text: line })
    } else if (inHunk && line.startsWith("+")) {
      lines.push({ kind: "add", text: line.slice(1), new: newLine++ })
    } else if (inHunk && line.startsWith("-")) {
      lines.push({ kind: "del", text: line.slice(1), old: oldLine++ })
    } else if (inHunk && (line.startsWith(" ") || line === "")) {
      lines.push({ kind: "same", text: line.slice(1), old: oldLine++, new: newLine++ })
    } else if (line.startsWith("\\")) {
      lines.push({ kind: "note", text: line.slice(1).trim() })
    } else if (HEADER.test(line)) {
      inHunk = false
    } else if (inHunk || !/^(?:---|\+\+\+) ?/.test(line)) {
      if (line !== "") lines.push({ kind: "note", text: line })
    }
  }
  return lines
}

export function countDiff(lines: readonly DiffLine[]): DiffStat {
  let additions = 0
  let deletions = 0
  for (const { kind } of lines) {
    if (kind === "add") additions++
    else if (kind === "del") deletions++
  }
  return { additions, deletions }
}
