import type { Scheme } from "./palettes.ts"

export type Surface = (typeof SURFACES)[number] | (typeof MARKS)[number] | (typeof TERMINAL)[number]

const SURFACES = ["paper", "raised", "wash", "accent-wash", "bad-wash", "add-wash", "del-wash"] as const
/** What changed within a line of a diff. */
const MARKS = ["add-mark", "del-mark"] as const
/** Dark at any hour, and so it takes a theme's dark text. */
const TERMINAL = ["term", "term-raised"] as const
/** Behind a failed command's output (styles/tools.css), in every theme. */
export const TERMINAL_ERROR = "#351d1b"

/** WCAG AA for text, with a little to spare for rounding. */
const AA = 4.52

export type TextName = keyof typeof TEXTS

/** What stands on the paper, and how much it has to stand out there: `ink` is what people read for long. */
const TEXTS = {
  ink: { paper: 7, marks: true },
  soft: { paper: 5.5, marks: false },
  faint: { paper: AA, marks: false },
  accent: { paper: AA, marks: false },
  bad: { paper: AA, marks: true },
  good: { paper: AA, marks: false },
  "syn-comment": { paper: AA, marks: true },
  "syn-keyword": { paper: AA, marks: true },
  "syn-string": { paper: AA, marks: true },
  "syn-number": { paper: AA, marks: true },
  "syn-title": { paper: AA, marks: true },
  "syn-type": { paper: AA, marks: true },
} as const satisfies Record<string, { paper: number; marks: boolean }>

export interface Demand {
  on: Surface | "term-error"
  /** WCAG contrast. */
  least: number
}

/** Where a text stands, and what it takes to be read there. */
export function demandsOf(name: TextName, scheme: Scheme): Demand[] {
  const { paper, marks } = TEXTS[name]
  const all: Demand["on"][] = [
    ...SURFACES,
    ...(marks ? MARKS : []),
    ...(scheme === "dark" ? ([...TERMINAL, "term-error"] as const) : []),
  ]
  return all.map((on) => ({ on, least: on === "paper" ? paper : AA }))
}

export const TEXT_NAMES = Object.keys(TEXTS) as TextName[]
