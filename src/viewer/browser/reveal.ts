/** Opens whatever hides the element that the address names. */
export function watchTarget(): void {
  addEventListener("hashchange", revealTarget)
  revealTarget()
}

function revealTarget(): void {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)))
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
