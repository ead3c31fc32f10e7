import { SPLIT_WIDTH, splitDiffs } from "./split-diff.ts"

/** Whether diffs stand side by side: a choice in the View panel, kept for the next page. */

const KEY = "better-share:diffs:1"
let chosen = false

/** The diffs of new content, as the reader wants them. */
export function settleDiffs(content: ParentNode): void {
  if (chosen) splitDiffs(content, true)
}

export function watchDiffs(): void {
  chosen = recall()
  const panel = document.getElementById("view")
  if (panel) addChoice(panel)
  matchMedia(SPLIT_WIDTH).addEventListener("change", show)
  show()
}

/** Brings the controls up to what is chosen, once there are some. */
let showChoice = () => {}

function show(): void {
  showChoice()
  splitDiffs(document, chosen)
}

function addChoice(panel: HTMLElement): void {
  const heading = document.createElement("h2")
  heading.textContent = "Diffs"
  const row = document.createElement("p")
  row.className = "choice"
  const buttons = (["Unified", "Side by side"] as const).map((name, at) => {
    const button = document.createElement("button")
    button.type = "button"
    button.textContent = name
    button.addEventListener("click", () => {
      chosen = at === 1
      keep(chosen)
      show()
    })
    row.append(button)
    return button
  })
  panel.append(heading, row)
  showChoice = () => {
    for (const [at, button] of buttons.entries()) {
      button.setAttribute("aria-pressed", String(chosen === (at === 1)))
    }
  }
}

/** Storage may be forbidden. */
function recall(): boolean {
  try {
    return localStorage.getItem(KEY) === "split"
  } catch {
    return false
  }
}

function keep(split: boolean): void {
  try {
    localStorage.setItem(KEY, split ? "split" : "unified")
  } catch {
    // Then it holds for this page.
  }
}
