import { keepPlace } from "./reader.ts"

/** How much is shown, without fetching the page anew. The address keeps it. */
export function watchViews(): void {
  document.getElementById("show")?.addEventListener("click", (event) => {
    const link =
      event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[data-show]") : null
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    keepPlace(() => {
      document.body.dataset.show = link.dataset.show
    })
    for (const other of document.querySelectorAll("#show a")) other.removeAttribute("aria-current")
    link.setAttribute("aria-current", "true")
    // A file has no addresses of its own to keep it in.
    if (location.protocol === "file:") return
    const { search } = new URL(link.href)
    history.replaceState(history.state, "", location.pathname + search + location.hash)
  })
}
