const SHOWN = 6_000

/** A line at the edge of the window that goes away by itself. */
export function tell(words: string): void {
  document.getElementById("told")?.remove()
  const line = document.createElement("p")
  line.id = "told"
  line.setAttribute("role", "status")
  line.textContent = words
  document.body.append(line)
  setTimeout(() => line.remove(), SHOWN)
}
