import type { PatchOp } from "../../protocol/patch.ts"
import { isAtEnd } from "./reader.ts"
import { reveal } from "./reveal.ts"
import { elementOf } from "./unpack.ts"

/** What came in below what the reader reads: counted, and shown as a button that leads there. */

const fresh = new Set<string>()
let button: HTMLButtonElement | undefined

/** Called before the changes are made. */
export function countNew(ops: readonly PatchOp[]): void {
  if (isAtEnd()) return
  for (const op of ops) {
    if (op.op === "remove" || elementOf(op.id)) continue
    const [own] = op.html.startsWith(PART) ? [op.id] : []
    const inside = own === undefined ? [...op.html.matchAll(PARTS)].map(([, id]) => id) : []
    for (const id of [own, ...inside]) if (id !== undefined && !document.getElementById(id)) fresh.add(id)
  }
  show()
}

const PART = '<div class="part '
const PARTS = /<div class="part [^"]*" id="([^"]*)"/g

function show(): void {
  if (fresh.size === 0) {
    button?.remove()
    button = undefined
    removeEventListener("scroll", forgetAtEnd)
    return
  }
  if (!button) {
    button = document.createElement("button")
    button.type = "button"
    button.id = "news"
    button.addEventListener("click", goThere)
    document.body.append(button)
    addEventListener("scroll", forgetAtEnd, { passive: true })
  }
  button.textContent = `${fresh.size} new`
}

/** To the last of them; who wants to see those between has passed them on the way. */
function goThere(): void {
  const last = [...fresh].at(-1)
  fresh.clear()
  show()
  reveal(last ?? "")?.scrollIntoView({ block: "center" })
}

function forgetAtEnd(): void {
  if (!isAtEnd()) return
  fresh.clear()
  show()
}
