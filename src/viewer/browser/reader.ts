/** Closer to the end than this counts as reading along. CSS pixels. */
const AT_END = 120

/** Changes the page without moving what the reader reads. At the page's end, the end is what they read. */
export function keepPlace(change: () => void): void {
  const root = document.documentElement
  const following = root.scrollHeight - scrollY - innerHeight < AT_END
  const anchor = following ? undefined : firstInView()
  const top = anchor?.element.getBoundingClientRect().top
  change()
  if (following) {
    scrollTo({ top: root.scrollHeight, behavior: "instant" })
    return
  }
  const same = anchor && document.getElementById(anchor.id)
  if (same && top !== undefined) {
    const moved = same.getBoundingClientRect().top - top
    if (moved !== 0) scrollBy({ top: moved, behavior: "instant" })
  }
}

/** The first part that is in the window. */
function firstInView(): { id: string; element: Element } | undefined {
  for (const element of document.querySelectorAll("#log .part")) {
    const { top, bottom, height } = element.getBoundingClientRect()
    if (bottom > 0 && top < innerHeight && height > 0) return { id: element.id, element }
  }
  return undefined
}
