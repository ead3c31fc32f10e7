import type { Context } from "hono"
import { FORMATS, type FormatName, isFormatName } from "../viewer/formats/formats.ts"
import type { ApiEnv } from "./context.ts"

/** An id of a share has no dot in it, so that the ending is never a part of it. */
const ADDRESS = /^\/share\/[^/]+?(?:\.([a-z]+))?$/

/** The form of a share that a request asks for, by its address or by what it accepts. Undefined is the page. */
export function wantedFormat(c: Context<ApiEnv>): FormatName | undefined {
  const address = ADDRESS.exec(c.req.path)
  if (!address) return undefined
  const [, ending] = address
  if (ending === undefined) return chooseFormat(c.req.header("accept"))
  return isFormatName(ending) ? ending : undefined
}

// What to answer to an `Accept` header (RFC 9110, 12.5.1). The page stands first: another form must weigh more. Only
// Markdown wins at the same weight as well, where it is named and the page is not named before it: no browser names
// it, and agents send `text/markdown, text/html, */*`. JSON and text do not: `application/json, text/plain, */*` is
// what libraries send when nobody has told them anything.
export function chooseFormat(header: string | undefined): FormatName | undefined {
  if (header === undefined) return undefined
  const ranges = readRanges(header)
  const page = weightOf(ranges, PAGE)
  const offers = Object.entries(FORMATS).map(([name, { type }]) => ({
    name,
    type,
    weight: weightOf(ranges, type),
  }))
  const best = offers.reduce((a, b) => (b.weight > a.weight ? b : a))
  if (best.weight > page) return isFormatName(best.name) ? best.name : undefined
  const { type } = FORMATS.md
  const names = [...ranges.keys()]
  const isNamedFirst = ranges.has(type) && !names.slice(0, names.indexOf(type)).includes(PAGE)
  return isNamedFirst && page > 0 && ranges.get(type) === page ? "md" : undefined
}

const PAGE = "text/html"
const RANGE = /^([^\s;,]+\/[^\s;,]+)\s*((?:;[^;]*)*)$/
const WEIGHT = /;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*(?:;|$)/i

/** Media ranges in the header's order, each with its weight. */
function readRanges(header: string): Map<string, number> {
  const ranges = new Map<string, number>()
  for (const member of header.split(",")) {
    const [, range, parameters = ""] = RANGE.exec(member.trim()) ?? []
    if (range !== undefined) ranges.set(range.toLowerCase(), Number(WEIGHT.exec(parameters)?.[1] ?? 1))
  }
  return ranges
}

/** The most specific range that names a type decides. */
function weightOf(ranges: ReadonlyMap<string, number>, type: string): number {
  return ranges.get(type) ?? ranges.get(`${type.split("/")[0]}/*`) ?? ranges.get("*/*") ?? 0
}
