import { elementOf } from "./unpack.ts"

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
  if (!target) return null
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
  if (hidden) target.scrollIntoView()
  return target
}
