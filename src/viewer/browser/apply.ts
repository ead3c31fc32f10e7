import type { PatchOp } from "../../protocol/patch.ts"
import { morph } from "./morph.ts"
import { parseElement } from "./server-html.ts"
import { elementOf, unpackWithin } from "./unpack.ts"

/** Applies the changes of one event. Throws when the page is not the one that they were made for. */
export function applyOps(ops: readonly PatchOp[]): void {
  for (const op of ops) {
    if (op.op === "remove") {
      elementOf(op.id)?.remove()
      continue
    }
    const parent = elementOf(op.parent)
    unpackWithin(parent)
    const present = document.getElementById(op.id)
    const previous = op.after === null ? null : document.getElementById(op.after)
    const made = parseElement(op.html)
    if (!parent || !made || (op.after !== null && previous?.parentElement !== parent)) {
      throw new Error(`No place for ${op.id}`)
    }
    const place = previous ? previous.nextElementSibling : parent.firstElementChild
    if (present && present === place) morph(present, made)
    else {
      present?.remove()
      if (previous) previous.after(made)
      else parent.prepend(made)
    }
  }
}
