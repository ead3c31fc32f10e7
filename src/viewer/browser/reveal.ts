import { tell } from "./tell.ts"
import { elementOf } from "./unpack.ts"
import { chooseView } from "./views.ts"

/** Opens whatever hides the element that the address names. */
export function watchTarget(): void {
  const follow = () => void reveal(location.hash.slice(1))
  addEventListener("hashchange", follow)
  follow()
}

function targetOf(fragment: string): HTMLElement | null {
  try {
    return elementOf(decodeURIComponent(fragment))
  } catch {
    // Half an escape, such as "%".
    return null
  }
}

let marked: Element | null = null

/** The same for any fragment. Returns the element that it names. */
export function reveal(fragment: string): HTMLElement | null {
  const known = fragment !== "" && document.getElementById(fragment) !== null
  const target = targetOf(fragment)
  marked?.classList.remove("targeted")
  marked = target
  if (!target) {
    if (fragment !== "")
      tell("This link leads to something that is not in this session, or not in this part of it.")
    return null
  }
  // `:target` knows only what was there when the address changed.
  target.classList.add("targeted")
  let hidden = !known
  for (let at: Element | null = target; at; at = at.parentElement) {
    if (at instanceof HTMLDetailsElement && !at.open) {
      at.open = true
      at.setAttribute("data-touched", "")
      hidden = true
    }
  }
  // The view may leave it out.
  if (target.getClientRects().length === 0 && document.body.dataset.show !== "all") {
    chooseView("all")
    hidden = true
  }
  if (hidden) target.scrollIntoView()
  return target
}
