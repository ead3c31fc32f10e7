/** What can be done with a share, and what the head says of it. */
const REST =
  'footer, .bar > .right, .panel, .notice-bar, #news, #help, .searcher, meta[property], meta[name="description"], meta[name^="twitter"], link[rel="alternate"]'
const TITLE = "This share is gone"

/** Empties the page: what was removed must not stay readable in an open tab. */
export function showGone(message: string): void {
  const page = document.getElementById("page")
  const main = document.createElement("main")
  main.className = "notice"
  const heading = document.createElement("h1")
  heading.textContent = TITLE
  const text = document.createElement("p")
  text.textContent = message
  main.append(heading, text)
  page?.replaceChildren(main)
  for (const rest of document.querySelectorAll(REST)) rest.remove()
  document.title = `${TITLE} · Better Share`
  scrollTo(0, 0)
}
