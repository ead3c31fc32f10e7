/** Opens whatever hides the element that the address names. */
export function watchTarget(): void {
  const follow = () => void reveal(location.hash.slice(1))
  addEventListener("hashchange", follow)
  follow()
}

function targetOf(fragment: string): HTMLElement | null {
  try {
    return document.getElementById(decodeURIComponent(fragment))
  } catch {
    // Half an escape, such as "%".
    return null
  }
}

/** The same for any fragment. Returns the element that it names. */
export function reveal(fragment: string): HTMLElement | null {
  const target = targetOf(fragment)
  if (!target) return null
  let hidden = false
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
