import { showHelp } from "./help.ts"
import { elementOf } from "./unpack.ts"

interface Key {
  keys: readonly string[]
  does: string
  run(): void
}

/** What keys do, in the order of the help. */
export function watchKeys(more: readonly Key[]): void {
  const table: readonly Key[] = [
    { keys: ["j", "ArrowRight"], does: "Next prompt, or file", run: () => go(1) },
    { keys: ["k", "ArrowLeft"], does: "Previous prompt, or file", run: () => go(-1) },
    { keys: ["e"], does: "Unfold all turns", run: () => fold(true) },
    { keys: ["c"], does: "Fold all turns", run: () => fold(false) },
    ...more,
    { keys: ["?"], does: "These keys", run: () => showHelp(table) },
  ]
  const byKey = new Map(table.flatMap((entry) => entry.keys.map((key) => [key, entry] as const)))
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
    if (event.target instanceof Element && event.target.closest(TYPING)) return
    const entry = byKey.get(event.key)
    if (!entry) return
    event.preventDefault()
    entry.run()
  })
}

export type { Key }

/** Where keys are for typing, and where arrows move something else. */
const TYPING = "input, textarea, select, [contenteditable], dialog, pre:focus, .table:focus"
/** Turns of a conversation, files of what changed. */
const STOPS = "#log > .turn, #log .section.diffed"
/** Closer to the top than this counts as being there. CSS pixels. */
const SLACK = 8

function go(step: 1 | -1): void {
  const turns = [...document.querySelectorAll<HTMLElement>(STOPS)]
  const top = Number.parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop) || 0
  const places = turns.map((turn) => turn.getBoundingClientRect().top - top)
  const at =
    step > 0 ? places.findIndex((place) => place > SLACK) : places.findLastIndex((place) => place < -SLACK)
  const turn = turns[at]
  if (!turn) return
  turn.scrollIntoView()
  const prompt = elementOf(turn.id.replace(/\.turn$/, ""))
  prompt?.querySelector<HTMLElement>(".permalink")?.focus({ preventScroll: true })
}

function fold(open: boolean): void {
  for (const work of document.querySelectorAll<HTMLDetailsElement>("details.work, .section.diffed")) {
    work.open = open
    work.setAttribute("data-touched", "")
  }
}
