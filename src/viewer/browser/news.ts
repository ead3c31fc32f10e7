import type { PatchOp } from "../../protocol/patch.ts"
import { isAtEnd } from "./reader.ts"
import { elementOf } from "./unpack.ts"

/** What came in below what the reader reads: counted, and shown as a button that leads there. */

const fresh = new Set<string>()
let button: HTMLButtonElement | undefined

/** Called before the changes are made. */
export function countNew(ops: readonly PatchOp[]): void {
  if (isAtEnd()) return
  for (const op of ops) {
    if (op.op === "put" && op.html.startsWith(PART) && !document.getElementById(op.id)) fresh.add(op.id)
    else if (op.op === "put")
      for (const [, id] of op.html.matchAll(PARTS)) if (id && !document.getElementById(id)) fresh.add(id)
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
  elementOf(last ?? "")?.scrollIntoView({ block: "center" })
}

function forgetAtEnd(): void {
  if (!isAtEnd()) return
  fresh.clear()
  show()
}
