import { takeBack } from "./lent.ts"
import { fetchPage } from "./server-html.ts"

/** Where the whole of a part comes from: its element, unfolded, by the id that it has on the page. */
export type FindWhole = (id: string, url: string) => Promise<Element | null | undefined>

export const onItsPage: FindWhole = async (id, url) => (await fetchPage(url))?.getElementById(id)

/** "Show all" brings the rest to where the reader is, instead of leading them away. */
export function watchUnfolding(after: () => void, findWhole: FindWhole): void {
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a.more") : null
    const block = link?.closest(".part, .section")
    if (!link || !block || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    takeBack()
    link.setAttribute("aria-busy", "true")
    unfold(block.id, findWhole(block.id, link.href)).then(after, () => location.assign(link.href))
  })
}

async function unfold(id: string, found: ReturnType<FindWhole>): Promise<void> {
  const whole = await found
  const here = document.getElementById(id)
  if (!whole || !here) throw new Error("not there")
  // The session of a subagent stands in its call's part, and is none of what was folded.
  const child = here.querySelector(":scope > .child")
  child?.remove()
  const openSections = [...here.querySelectorAll("details")].map((details) => details.open)
  here.replaceWith(whole)
  // The page of a part shows everything open; what the reader had closed around it stays closed.
  const sections = [...whole.querySelectorAll("details")]
  if (sections.length === openSections.length) {
    for (const [index, details] of sections.entries()) details.open = openSections[index] ?? true
  }
  if (child) whole.append(child)
}
