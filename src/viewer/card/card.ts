import type { Document } from "../../protocol/document.ts"
import { formatCompact, formatCount } from "../format.ts"
import { type Child, type Html, html } from "../html.ts"
import { FACES, measure, type Type } from "./face.ts"
import { type CardFacts, readFacts } from "./facts.ts"
import { legible } from "./legible.ts"
import { balance, oneLine, wrap } from "./lines.ts"
import { PALETTE } from "./palette.ts"
import { box, line, mark } from "./shapes.ts"
import { CARD } from "./size.ts"

const MARGIN = 72
const WIDTH = CARD.width - 2 * MARGIN

const NAME = "Better Share"

interface Title extends Type {
  lines: number
  leading: number
}

/** What is too long for three lines is cut. */
const SMALLEST: Title = { face: FACES.semibold, size: 56, tracking: -1.5, lines: 3, leading: 66 }
/** The first in which a title fits is taken. */
const TITLES: readonly Title[] = [
  { face: FACES.semibold, size: 80, tracking: -2.6, lines: 1, leading: 88 },
  { face: FACES.semibold, size: 68, tracking: -2.1, lines: 2, leading: 78 },
  SMALLEST,
]
const BRAND: Type = { face: FACES.semibold, size: 28, tracking: -0.4 }
const PROJECT: Type = { face: FACES.mono, size: 26 }
const PROMPT: Type = { face: FACES.regular, size: 32, tracking: -0.3 }
const LABEL: Type = { face: FACES.regular, size: 22 }
const VALUE: Type = { face: FACES.semibold, size: 30, tracking: -0.4 }

/** Where title and prompt may stand, with facts below them and without. */
const BODY = { top: 152, bottom: 464, end: 558 }
const PROMPT_LEADING = 44
const INDENT = 32
const GAP = 26
const COLUMN_GAP = 64

/** The picture of a share's link, as SVG. Every word of it has been measured, and fits. */
export function renderCard(document: Document): string {
  const facts = readFacts(document)
  const project = legible(facts.project, FACES.mono)
  const prompt = legible(facts.prompt, FACES.regular)
  const title = legible(facts.title, FACES.semibold)
  // A session without a name is called by its first words; then they need not be said twice.
  const named = title ?? legible(facts.prompt, FACES.semibold) ?? nameless(document, project)
  const spoken = title === undefined || title === prompt ? undefined : prompt
  const words = document.session ? spoken : "Open the link to follow it as it happens."
  return draw({ title: named, words, project, columns: columnsOf(facts) })
}

/** The picture of an encrypted share's link: the server knows no more. */
export function renderEncryptedCard(): string {
  return draw({
    title: "An encrypted session",
    words: "Only the whole link can open it. The server that keeps it cannot read it.",
    project: undefined,
    columns: [],
  })
}

function nameless({ session }: Document, project: string | undefined): string {
  if (!session) return "A session is on its way"
  return project ? `A session in ${project}` : "A session with OpenCode"
}

interface Column {
  label: string
  values: { text: string; fill?: string }[]
}

interface Card {
  title: string
  words: string | undefined
  project: string | undefined
  columns: Column[]
}

function draw({ title, words, project, columns }: Card): string {
  const { set, headline } = setTitle(title)
  const titleHeight = headline.length * set.leading
  const lines = Math.min(3, Math.floor((BODY.bottom - BODY.top - titleHeight - GAP) / PROMPT_LEADING))
  const said = words === undefined ? [] : balance(words, { ...PROMPT, width: WIDTH - INDENT, lines }).lines
  const saidHeight = said.length * PROMPT_LEADING
  const bottom = columns.length > 0 ? BODY.bottom : BODY.end
  const top = BODY.top + (bottom - BODY.top - titleHeight - (saidHeight && saidHeight + GAP)) / 2
  const below = top + titleHeight + GAP
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${CARD.width}" height="${CARD.height}" viewBox="0 0 ${CARD.width} ${CARD.height}">
${box({ x: 0, y: 0, width: CARD.width, height: CARD.height, fill: PALETTE.paper })}
${box({ x: 0, y: 0, width: CARD.width, height: 10, fill: PALETTE.accent })}
${heading(project)}
${headline.map((text, i) => line(text, set, { x: MARGIN - 3, y: top + set.leading * (i + 0.78) }))}
${said.length > 0 && box({ x: MARGIN, y: below, width: 5, height: saidHeight, fill: PALETTE.accent })}
${said.map((text, i) => line(text, PROMPT, { x: MARGIN + INDENT, y: below + PROMPT_LEADING * (i + 0.74), fill: PALETTE.soft }))}
${columns.length > 0 && box({ x: MARGIN, y: 496, width: WIDTH, height: 2, fill: PALETTE.line })}
${table(columns)}
</svg>
`.text
}

/** Whose picture it is, and on the right the project. */
function heading(project: string | undefined): Html {
  const start = MARGIN + 54
  const room = CARD.width - MARGIN - start - measure(NAME, BRAND) - COLUMN_GAP
  const place = project && oneLine(project, PROJECT, room)
  return html`${mark(MARGIN, 68)}${line(NAME, BRAND, { x: start, y: 98 })}${place && line(place, PROJECT, { x: CARD.width - MARGIN, y: 98, fill: PALETTE.soft, end: true })}`
}

function setTitle(title: string): { set: Title; headline: string[] } {
  for (const set of TITLES) {
    const { lines, cut } = balance(title, { ...set, width: WIDTH })
    if (!cut) return { set, headline: lines }
  }
  return { set: SMALLEST, headline: wrap(title, { ...SMALLEST, width: WIDTH }).lines }
}

function columnsOf({ models, turns, changes }: CardFacts): Column[] {
  const names = models.names.flatMap((name) => legible(name, VALUE.face) ?? [])
  const more = models.count - names.length
  const columns: Column[] = []
  if (turns > 0) columns.push({ label: turns === 1 ? "Turn" : "Turns", values: [{ text: count(turns) }] })
  if (changes.files > 0) {
    columns.push({
      label: changes.files === 1 ? "File changed" : "Files changed",
      values: [
        { text: count(changes.files) },
        ...(changes.additions > 0 ? [{ text: `+${count(changes.additions)}`, fill: PALETTE.good }] : []),
        ...(changes.deletions > 0 ? [{ text: `−${count(changes.deletions)}`, fill: PALETTE.bad }] : []),
      ],
    })
  }
  if (names.length > 0) {
    const text = more > 0 ? `${names.join(", ")} and ${count(more)} more` : names.join(", ")
    columns.push({ label: models.count === 1 ? "Model" : "Models", values: [{ text }] })
  }
  return columns
}

/** From left to right, each as wide as it is; the last has the rest. */
function table(columns: readonly Column[]): Html[] {
  let x = MARGIN
  return columns.map(({ label, values }) => {
    const cells: Child[] = [line(label, LABEL, { x, y: 532, fill: PALETTE.faint })]
    let at = x
    for (const { text, fill = PALETTE.ink } of values) {
      const shown = oneLine(text, VALUE, CARD.width - MARGIN - at)
      cells.push(line(shown, VALUE, { x: at, y: 572, fill }))
      at += measure(shown, VALUE) + 18
    }
    x = Math.max(at - 18, x + measure(label, LABEL)) + COLUMN_GAP
    return html`${cells}\n`
  })
}

/** Of any number that somebody sends: at most eight characters. */
function count(value: number): string {
  const bounded = Math.min(Math.max(Math.round(value), 0), 999e9)
  return bounded < 10_000 ? formatCount(bounded) : formatCompact(bounded)
}
