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
  document.querySelector("footer")?.remove()
  document.title = `${TITLE} · Better Share`
  scrollTo(0, 0)
}
