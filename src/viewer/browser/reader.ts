import { takeBack } from "./lent.ts"

/** Closer to the end than this counts as reading along. CSS pixels. */
const AT_END = 120

/** Whether the reader has come to the page's end. */
export function isAtEnd(): boolean {
  return document.documentElement.scrollHeight - scrollY - innerHeight < AT_END
}

/** Changes the page without moving what the reader reads. At the page's end, the end is what they read. */
export function keepPlace(change: () => void): void {
  const root = document.documentElement
  // Who waits for a session wants to begin at its beginning.
  const waiting = document.getElementById("waiting") !== null
  const following = !waiting && isAtEnd()
  const anchor = following ? undefined : firstInView()
  const top = anchor?.element.getBoundingClientRect().top
  root.classList.add("changing")
  takeBack()
  try {
    change()
  } finally {
    const same = anchor && document.getElementById(anchor.id)
    const moved = same && top !== undefined ? same.getBoundingClientRect().top - top : 0
    if (following) scrollTo({ top: root.scrollHeight, behavior: "instant" })
    else if (moved !== 0) scrollBy({ top: moved, behavior: "instant" })
    root.classList.remove("changing")
  }
}

/** The first part that is in the window. */
function firstInView(): { id: string; element: Element } | undefined {
  // Level by level, as a long page has thousands of parts whose places the browser has not worked out yet.
  let found: Element | undefined
  for (const level of ["#log > *", ".message", ".part"]) {
    const inside: Element | Document = found ?? document
    const next = [...inside.querySelectorAll(level)].find(isInView)
    if (!next) break
    found = next
  }
  return found && { id: found.id, element: found }
}

function isInView(element: Element): boolean {
  const { top, bottom, height } = element.getBoundingClientRect()
  return bottom > 0 && top < innerHeight && height > 0
}
