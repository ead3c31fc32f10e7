import { classesOf, PLAIN, restyle } from "./ansi-style.ts"
import { escapeText, type Html, trusted } from "./html.ts"
import { CONTROLS, plainText, SEQUENCES } from "./plain-text.ts"

/** Terminal output as text, and which stretches of it look how. In UTF-16 units, in order, never overlapping. */
export interface StyledText {
  text: string
  runs: readonly Run[]
}

export interface Run {
  start: number
  end: number
  classes: string
}

/** An output that changes its looks more often than this is a picture, or hostile; the rest of it is plain. */
export const MOST_RUNS = 5000

const SGR = /^(?:\x1b\[|\x9b)([\d;:]*)m$/

/** The same text as {@link plainText}, with colours and the like kept aside. */
export function readStyled(raw: string): StyledText {
  if (!/[\x1b\x9b]/.test(raw)) return { text: plainText(raw), runs: [] }
  const screen = createScreen()
  let style = PLAIN
  let at = 0
  for (const match of raw.matchAll(SEQUENCES)) {
    screen.write(raw.slice(at, match.index))
    at = match.index + match[0].length
    const parameters = SGR.exec(match[0])?.[1]
    if (parameters === undefined || screen.full()) continue
    style = restyle(style, parameters)
    screen.turn(classesOf(style))
  }
  screen.write(raw.slice(at))
  return screen.styled()
}

/** Lines as they are written, and written over after a carriage return. */
function createScreen() {
  const done: string[] = []
  const runs: Run[] = []
  let length = 0
  let line: { text: string; classes: string }[] = []
  let classes = ""
  let returned = false

  function put(text: string): void {
    if (returned) line = []
    returned = false
    const last = line.at(-1)
    if (last?.classes === classes) last.text += text
    else line.push({ text, classes })
  }

  function endLine(): void {
    for (const piece of line) {
      const last = runs.at(-1)
      if (piece.classes && last?.end === length && last.classes === piece.classes) {
        last.end += piece.text.length
      } else if (piece.classes && runs.length < MOST_RUNS) {
        runs.push({ start: length, end: length + piece.text.length, classes: piece.classes })
      }
      done.push(piece.text)
      length += piece.text.length
    }
    line = []
  }

  return {
    turn(next: string): void {
      classes = next
    },
    write(raw: string): void {
      for (const piece of raw.replace(CONTROLS, "").split(/(\n|\r)/)) {
        if (piece === "\r") returned = true
        else if (piece === "\n") {
          returned = false
          put("\n")
          endLine()
        } else if (piece) put(piece)
      }
    },
    full: () => runs.length >= MOST_RUNS,
    styled(): StyledText {
      endLine()
      return { text: done.join(""), runs }
    },
  }
}

/** Markup of the first `length` units, each stretch complete in itself. */
export function styledHtml({ text, runs }: StyledText, length = text.length): Html {
  let made = ""
  let at = 0
  for (const { start, end, classes } of runs) {
    if (start >= length) break
    const stop = Math.min(end, length)
    made += `${escapeText(text.slice(at, start))}<span class="${classes}">${escapeText(text.slice(start, stop))}</span>`
    at = stop
  }
  return trusted(made + escapeText(text.slice(at, length)))
}
