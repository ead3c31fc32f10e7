/** Where two columns of code fit. Whoever calls `splitDiffs` calls it again when this changes. */
export const SPLIT_WIDTH = "(min-width: 60rem)"

/** The rows of a diff as they came, of those that are split. */
const unified = new WeakMap<Element, ChildNode[]>()

/**
 * Lays the diffs within an element out side by side, or back as they came. Call it again after an update: an updated
 * diff is unified, whatever it was before, as it is told by its class.
 */
export function splitDiffs(root: ParentNode, on: boolean): void {
  const split = on && matchMedia(SPLIT_WIDTH).matches
  for (const diff of root.querySelectorAll("pre.diff")) {
    if (split === diff.classList.contains("split")) continue
    if (split) splitOne(diff)
    else joinOne(diff)
  }
}

/** The text of a diff to copy, however it is laid out. */
export function unifiedText(diff: Element): string {
  const rows = diff.classList.contains("split") ? unified.get(diff) : undefined
  return rows ? rows.map((row) => row.textContent ?? "").join("") : (diff.textContent ?? "")
}

function splitOne(diff: Element): void {
  const rows = [...diff.children]
  unified.set(diff, [...diff.childNodes])
  const cells = pairRows(rows.map(kindOf)).flatMap(([left, right]) => {
    const [old, made] = [rows[left ?? -1], rows[right ?? -1]]
    // What stands between hunks goes over both columns.
    if (old && old === made && isRemark(old)) return [old.cloneNode(true)]
    return [cellOf(old, "left"), cellOf(made, "right")]
  })
  diff.replaceChildren(...cells)
  diff.classList.add("split")
}

function joinOne(diff: Element): void {
  const rows = unified.get(diff)
  if (!rows) return
  diff.replaceChildren(...rows)
  diff.classList.remove("split")
}

type Kind = "add" | "del" | "both"

function kindOf(row: Element): Kind {
  if (row.classList.contains("add")) return "add"
  return row.classList.contains("del") ? "del" : "both"
}

function isRemark(row: Element): boolean {
  return row.classList.contains("hunk") || row.classList.contains("note")
}

/** Which row stands left and which right, line by line: what was removed beside what was added in its place. */
export function pairRows(kinds: readonly Kind[]): [left: number | undefined, right: number | undefined][] {
  const pairs: [number | undefined, number | undefined][] = []
  for (let at = 0; at < kinds.length; ) {
    if (kinds[at] === "both") {
      pairs.push([at, at])
      at++
      continue
    }
    const removed = runEnd(kinds, at, "del")
    const added = runEnd(kinds, removed, "add")
    for (let line = 0; line < Math.max(removed - at, added - removed); line++) {
      const [left, right] = [at + line, removed + line]
      pairs.push([left < removed ? left : undefined, right < added ? right : undefined])
    }
    at = added
  }
  return pairs
}

function runEnd(kinds: readonly Kind[], from: number, kind: Kind): number {
  let end = from
  while (kinds[end] === kind) end++
  return end
}

function cellOf(row: Element | undefined, side: "left" | "right"): Element {
  const cell = (row?.cloneNode(true) ?? document.createElement("span")) as HTMLElement
  cell.classList.add("row", side)
  if (!row) cell.classList.add("gap")
  const numbers = (cell.dataset.n ?? "").trim().split(/ +/)
  cell.dataset.n = (side === "left" ? numbers[0] : numbers.at(-1)) ?? ""
  const sign = cell.firstChild
  if (sign instanceof Text) sign.deleteData(0, 1)
  return cell
}
