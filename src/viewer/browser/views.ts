import { isView, USUAL_VIEW, type View } from "../view.ts"
import { keepPlace } from "./reader.ts"

/** How much is shown, without fetching the page anew. The address keeps it. */
export function watchViews(): void {
  const asked = new URLSearchParams(location.search).get("show") ?? undefined
  // Of a page that its server cannot draw, the address alone says it.
  if (isView(asked)) show(asked)
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLElement>("#show a") : null
    const view = link?.dataset.show
    if (!isView(view) || event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    keepPlace(() => show(view))
    remember(view)
  })
}

/** As if the reader had chosen it. */
export function chooseView(view: View): void {
  show(view)
  remember(view)
}

function show(view: View): void {
  document.body.dataset.show = view
  for (const link of document.querySelectorAll<HTMLElement>("#show a")) {
    if (link.dataset.show === view) link.setAttribute("aria-current", "true")
    else link.removeAttribute("aria-current")
  }
}

function remember(view: View): void {
  // A file has no addresses of its own to keep it in.
  if (location.protocol === "file:") return
  const url = new URL(location.href)
  if (view === USUAL_VIEW) url.searchParams.delete("show")
  else url.searchParams.set("show", view)
  history.replaceState(history.state, "", url)
}
