import type { PatchOp } from "../../protocol/patch.ts"
import { isAtEnd } from "./reader.ts"

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
    return
  }
  if (!button) {
    button = document.createElement("button")
    button.type = "button"
    button.id = "news"
    button.addEventListener("click", () =>
      scrollTo({ top: document.documentElement.scrollHeight, behavior: "smooth" }),
    )
    document.body.append(button)
    addEventListener("scroll", forgetAtEnd, { passive: true })
  }
  button.textContent = `${fresh.size} new`
}

function forgetAtEnd(): void {
  if (!isAtEnd()) return
  fresh.clear()
  removeEventListener("scroll", forgetAtEnd)
  show()
}
