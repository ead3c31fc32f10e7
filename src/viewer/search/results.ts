import { formatCount, plural, timeTag } from "../format.ts"
import { type Child, type Html, html } from "../html.ts"
import type { Place } from "./fields.ts"
import type { Gathered } from "./gather.ts"
import { foldCase, type Query } from "./query.ts"
import type { Hit } from "./search-document.ts"

/** What came of a search; of no query or too short a one there is nothing but a word on it. */
export type Answer = { query: undefined; typed: string } | { query: Query; found: Gathered }

export interface ResultsOptions {
  answer: Answer
  /** Where a hit stands. */
  hrefOf(hit: Hit): string
}

/** The element that holds what was found, on the page of a search and in the dialog over another. */
export const RESULTS = "results"

/** What a reader calls the kinds of text. */
const PLACES: Readonly<Record<Place, string>> = {
  answer: "Answer",
  change: "Change",
  command: "Command",
  error: "Error",
  file: "File",
  input: "Input",
  note: "Note",
  other: "Detail",
  output: "Output",
  prompt: "Prompt",
  subtask: "Subtask",
  thought: "Thought",
  title: "Title",
}

/** What was found, message by message. */
export function searchResults({ answer, hrefOf }: ResultsOptions): Html {
  return html`<div id="${RESULTS}" class="results">${content(answer, hrefOf)}</div>`
}

function content(answer: Answer, hrefOf: ResultsOptions["hrefOf"]): Child {
  if (answer.query === undefined) return status(answer.typed.trim() ? TOO_SHORT : HINT)
  const { query, found } = answer
  const { hits, more, complete } = found
  if (hits.length === 0) return status(complete ? nothingFor(query) : TOO_SLOW)
  const groups = groupByMessage(hits)
  return [
    status(`${plural(hits.length + more, "part")}${complete ? "" : `, and perhaps more. ${TOO_SLOW}`}`),
    groups.map((group) => groupSection(group, query, hrefOf)),
    more > 0 &&
      html`<p class="rest">and ${formatCount(more)} more ${more === 1 ? "part" : "parts"}. Another word finds fewer.</p>`,
  ]
}

const HINT =
  "Everything is searched: prompts, answers, thoughts, commands and what they put out, subagents included. Several words must occur together; “quotes” hold words together."
const TOO_SHORT = "A little more, please: one letter is everywhere."
const TOO_SLOW = "Searching all of this share takes too long, so only its beginning was searched."

function nothingFor({ text, exact }: Query): string {
  return `Nothing here has ${text}.${exact ? " Capitals count when a search has some." : ""}`
}

function status(words: string): Html {
  return html`<p class="count" role="status">${words}</p>`
}

/** Hits of one message stand together, though a subagent may have spoken between them. */
function groupByMessage(hits: readonly Hit[]): (readonly Hit[])[] {
  const groups = new Map<string, Hit[]>()
  for (const hit of hits) {
    const key = `${hit.sessionID} ${hit.messageID ?? hit.who}`
    const group = groups.get(key)
    if (group) group.push(hit)
    else groups.set(key, [hit])
  }
  return [...groups.values()]
}

function groupSection(hits: readonly Hit[], query: Query, hrefOf: ResultsOptions["hrefOf"]): Child {
  const [first] = hits
  if (first === undefined) return undefined
  const { who, subagent, at } = first
  const inside =
    subagent !== undefined && who !== "Subagent" && html` <span class="subagent">in ${subagent}</span>`
  return html`<section class="speech"><h2><span class="who">${who}</span>${inside} ${timeTag(at, "clock")}</h2><ul>${hits.map((hit) => html`<li><a class="hit" href="${hrefOf(hit)}"><span class="place">${placeName(hit)}</span><span class="text">${marked(hit.before, query)}<mark>${hit.match}</mark>${marked(hit.after, query)}</span></a></li>`)}</ul></section>`
}

function placeName({ tool, place }: Hit): string {
  return tool === undefined ? PLACES[place] : `${tool} ${PLACES[place].toLowerCase()}`
}

/** Other terms, and other places of the same, that stand nearby. */
function marked(text: string, { terms, exact }: Query): Child {
  const sought = exact ? text : foldCase(text)
  const pieces: Child[] = []
  let done = 0
  while (done < text.length) {
    const next = nextTerm(sought, terms, done)
    if (next === undefined) break
    pieces.push(text.slice(done, next.at), html`<mark class="near">${text.slice(next.at, next.end)}</mark>`)
    done = next.end
  }
  return [...pieces, text.slice(done)]
}

function nextTerm(
  text: string,
  terms: readonly string[],
  from: number,
): { at: number; end: number } | undefined {
  const found = terms
    .map((term) => ({ at: text.indexOf(term, from), length: term.length }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at || b.length - a.length)
  const [first] = found
  return first && { at: first.at, end: first.at + first.length }
}
