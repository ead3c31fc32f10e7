/** What can be done with a share, and what the head says of it. */
const REST =
  'footer, .bar > .right, .panel, .notice-bar, #news, #help, .searcher, meta[property], meta[name="description"], meta[name^="twitter"], link[rel="alternate"]'

/** Why nothing of it may stay readable. */
export interface Gone {
  message: string
  title?: string
  /** Words of a link that asks for the page anew. */
  again?: string
}

/** What an answer says of a share that cannot be read any more; undefined when it can, or may be later. */
export async function whyRefused(answer: Response): Promise<Gone | undefined> {
  if (answer.ok) return undefined
  const body = await answer.json().catch(() => undefined)
  switch (body?.error?.code) {
    case "gone":
      return { message: String(body.error.message) }
    case "password_required":
      return {
        title: "This share asks for a password",
        message: "Its owner has changed who may see it.",
        again: "Give the password",
      }
    case "not_found":
      return { title: "This share is closed", message: "Its owner has changed who may see it." }
    default:
      return undefined
  }
}

/** Empties the page: what was removed must not stay readable in an open tab. */
export function showGone({ message, title = "This share is gone", again }: Gone): void {
  const page = document.getElementById("page")
  const main = document.createElement("main")
  main.className = "notice"
  const heading = document.createElement("h1")
  heading.textContent = title
  const text = document.createElement("p")
  text.textContent = message
  main.append(heading, text)
  if (again !== undefined) {
    const link = document.createElement("a")
    link.className = "button"
    link.href = location.pathname + location.search
    link.textContent = again
    main.append(link)
  }
  page?.replaceChildren(main)
  for (const rest of document.querySelectorAll(REST)) rest.remove()
  document.title = `${title} · Better Share`
  scrollTo(0, 0)
}
