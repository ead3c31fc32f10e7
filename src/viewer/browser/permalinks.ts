import { copy } from "./copy.ts"
import { lend } from "./lent.ts"

/** Addresses of messages and parts, copied by a click. */

const SHOWN = 1500

export function watchPermalinks(): void {
  const anchor = lend(document.createElement("a"))
  anchor.className = "anchor"
  anchor.textContent = "#"
  anchor.title = "Copy the link to this"
  anchor.tabIndex = -1
  document.addEventListener("pointerover", ({ target }) => {
    const part = target instanceof Element ? target.closest(".part") : null
    if (!part || anchor.parentElement === part) return
    anchor.setAttribute("href", fragmentOf(part.id))
    part.append(anchor)
  })
  document.addEventListener("click", ({ target }) => {
    const link = target instanceof Element ? target.closest<HTMLAnchorElement>("a.permalink, a.anchor") : null
    // The browser goes there by itself.
    if (link) void copy(link.href).then((copied) => copied && say(link))
  })
}

/** What an encrypted share's address holds besides stays in it. */
function fragmentOf(id: string): string {
  const key = /^#(k=[^&]*)/.exec(location.hash)?.[1]
  return key === undefined ? `#${id}` : `#${key}&${id}`
}

function say(link: Element): void {
  link.classList.add("copied")
  setTimeout(() => link.classList.remove("copied"), SHOWN)
}
