/** Opens whatever hides the element that the address names. */
export function watchTarget(): void {
  addEventListener("hashchange", revealTarget)
  revealTarget()
}

function targetOf(fragment: string): HTMLElement | null {
  try {
    return document.getElementById(decodeURIComponent(fragment))
  } catch {
    // Half an escape, such as "%".
    return null
  }
}

function revealTarget(): void {
  const target = targetOf(location.hash.slice(1))
  if (!target) return
  let hidden = false
  for (let at: Element | null = target; at; at = at.parentElement) {
    if (at instanceof HTMLDetailsElement && !at.open) {
      at.open = true
      at.setAttribute("data-touched", "")
      hidden = true
    }
  }
  if (hidden) target.scrollIntoView()
}
