import { readKeyText, readTarget, writeFragment } from "../../../encryption/share-key.ts"
import { reveal } from "../reveal.ts"

/**
 * Keeps the key in the address. The fragment holds it, and permalinks are fragments too, so here they are
 * `#k=…&msg_…`: whoever copies one gets a link that opens, and a reload has the key.
 */
export interface Fragment {
  /** Gives the key to every link within the page that has none yet. */
  settle(): void
  /** Goes where the address leads, as browsers do by themselves on other pages. */
  go(): void
}

export function watchFragment(keyText: string): Fragment {
  function go(): void {
    reveal(readTarget(location.hash) ?? "")?.scrollIntoView()
  }

  addEventListener("hashchange", () => {
    const key = readKeyText(location.hash)
    if (key === undefined) {
      const target = readTarget(location.hash)
      history.replaceState(history.state, "", writeFragment({ keyText, target }))
    } else if (key !== keyText) location.reload()
    go()
  })
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null
    // Nothing changes in the address then, but the reader wants to go there again.
    if (link && link.getAttribute("href") === location.hash) go()
  })

  return {
    go,
    settle() {
      for (const link of document.querySelectorAll<HTMLAnchorElement>('a[href^="#"], a.more')) {
        const href = link.getAttribute("href") ?? ""
        // The focus follows a link that skips only where the browser itself knows the target.
        if (href.startsWith("#k=") || link.classList.contains("skip")) continue
        // What is folded has no page of its own here: the link leads to where it stands.
        const target = href.startsWith("#") ? href.slice(1) : link.closest(".part, .section")?.id
        link.setAttribute("href", writeFragment({ keyText, target }))
      }
    },
  }
}
