/** Marks the prompt that the reader is at, in the list of prompts. */

/** The line in the window that a prompt counts from: a little below the top. */
const LINE = "-20% 0px -79% 0px"
const seen = new WeakSet<Element>()
let here: Element | undefined

const watcher = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) if (isIntersecting) mark(target)
  },
  { rootMargin: LINE },
)

/** Turns that are there; those that come are told of by calling it again. */
export function watchTurns(): void {
  for (const turn of document.querySelectorAll("#log > .turn")) {
    if (seen.has(turn)) continue
    seen.add(turn)
    watcher.observe(turn)
  }
}

function mark(turn: Element): void {
  const list = document.getElementById("contents")
  const prompt = turn.id.replace(/\.turn$/, "")
  const entry = document.getElementById(`${prompt}.row`)
  if (!list || !entry) return
  here?.classList.remove("here")
  here = entry
  entry.classList.add("here")
  const [box, row] = [list.getBoundingClientRect(), entry.getBoundingClientRect()]
  // Not scrollIntoView, which would move the page as well.
  if (row.top < box.top || row.bottom > box.bottom) list.scrollTop += row.top - box.top - box.height / 3
}

/** On narrow screens the prompts are a sheet, which is in the way once one was chosen. */
export function watchSheet(): void {
  document.addEventListener("click", ({ target }) => {
    const list = target instanceof Element && target.closest("a") ? target.closest("#contents") : null
    if (list instanceof HTMLElement && list.matches(":popover-open")) list.hidePopover()
  })
}
