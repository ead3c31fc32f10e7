import { formatBytes } from "../../protocol/limits.ts"
import { fileBlockID } from "../block-id.ts"
import { diffBox } from "../diff-box.ts"
import { moreLink } from "../fold-text.ts"
import { plural } from "../format.ts"
import { type Frame, shareHref, shortPath } from "../frame.ts"
import { type Html, html } from "../html.ts"
import { pathTag } from "../tools/path-tag.ts"
import type { FileDiff } from "./changed-files.ts"
import { cutHunk, type Hunk, writeHunk } from "./compose.ts"
import { authorsOf } from "./credit.ts"
import { lineCount, statusMark } from "./file-tree.ts"
import type { Author } from "./sources.ts"

/** How much of a file the page shows. Lines of its diff, context included. */
export const FILE_LINES = {
  /** Beside others. */
  shown: 240,
  /** Longer ones are named with their size. */
  named: 1_600,
  /** On a page of its own. */
  whole: 20_000,
}

export interface FilePlace {
  frame: Frame
  /** It is all that the page shows. */
  whole: boolean
  /** The page is long enough without it. */
  named: boolean
  /** It stands on the conversation's page. */
  inPlace?: boolean
}

export interface FileSection {
  section: Html
  /** Lines of the diff that it shows. */
  lines: number
}

/** What nobody wrote by hand and nobody reads. */
const GENERATED =
  /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|bun\.lockb?|[^/]+\.lock|pnpm-lock\.yaml|go\.sum|[^/]+\.min\.(?:js|css|mjs)|[^/]+\.(?:js|css|mjs)\.map|[^/]+\.pb\.go|[^/]+\.snap)$/i

/** One file of the page of all changes: a line that names it, and its final diff. */
export function fileSection(file: FileDiff, place: FilePlace): FileSection {
  const pieces: Html[] = []
  const all = fileSectionPieces(file, place)
  for (let next = all.next(); ; next = all.next()) {
    if (next.done) return { section: html`${pieces}`, lines: next.value }
    pieces.push(next.value)
  }
}

/** The same hunk by hunk, as a long one takes time. Returns the lines of the diff that it shows. */
export function* fileSectionPieces(
  file: FileDiff,
  { frame, whole, named, inPlace }: FilePlace,
): Generator<Html, number> {
  const id = fileBlockID(file.path)
  const own = inPlace
    ? frame.partHref
    : `${shareHref(frame.shareID)}/changes?file=${encodeURIComponent(wellFormed(file.path))}`
  const size = file.hunks.reduce((sum, { rows }) => sum + rows.length, 0)
  const remark = remarkOf(file, size, { whole, named })
  const name = shortPath(file.path, frame)
  const moved = file.from !== undefined && html`<span class="from">${shortPath(file.from, frame)} →</span> `
  const status = file.status && file.status !== "modified" && html`<span>${file.status}</span> `
  yield html`<details class="${inPlace ? "diffed" : "section diffed"}" id="${id}" open><summary class="line">${statusMark(file)}<span class="subject">${moved}${pathTag(name, file.path)}</span><span class="facts">${status}${lineCount(file)}</span></summary><div class="body">${file.steps && remark === undefined && STEPS}${remark?.(own)}`
  const lines = remark ? 0 : yield* hunkPieces(file, size, { ...frame, partHref: own }, whole)
  yield html`</div></details>`
  return lines
}

/** A path may hold half a character, of which no address can be made. */
function wellFormed(path: string): string {
  return path.replace(/\p{Cs}/gu, "\ufffd")
}

const STEPS = html`<p class="remark">This file was also changed by something that the session does not tell of, so its edits stand here one after the other.</p>`

/** Says why there is no diff. Gets the address of the page where there is one. */
function remarkOf(
  { path, hunks, additions, deletions, tooLarge, compared, left }: FileDiff,
  size: number,
  { whole, named }: Pick<FilePlace, "whole" | "named">,
): ((own: string) => Html) | undefined {
  if (tooLarge !== undefined) {
    return () => html`<p class="remark">A diff of ${formatBytes(tooLarge)} is too large to be shown.</p>`
  }
  if (left) {
    return (own) =>
      html`<p class="remark">Not shown, as this page is long. <a class="more" href="${own}">Show it</a></p>`
  }
  if (hunks.length === 0) {
    const text =
      additions + deletions > 0
        ? "The share holds no diff of this file."
        : compared
          ? "Changed, and changed back."
          : "There are no lines to compare: a binary file, or an empty one."
    return () => html`<p class="remark">${text}</p>`
  }
  const why = whole
    ? undefined
    : GENERATED.test(path)
      ? "A generated file"
      : size > FILE_LINES.named
        ? "A long diff"
        : named
          ? "Not shown, as this page is long"
          : undefined
  if (why === undefined) return undefined
  return (own) =>
    html`<p class="remark">${why}. <a class="more" href="${own}">Show all ${plural(size, "line")}</a></p>`
}

function* hunkPieces(
  { path, hunks }: FileDiff,
  size: number,
  frame: Frame,
  whole: boolean,
): Generator<Html, number> {
  const most = whole ? FILE_LINES.whole : FILE_LINES.shown
  let lines = 0
  for (const hunk of hunks) {
    if (lines >= most) break
    const shown = cutHunk(hunk, most - lines)
    const chars = shown.rows.reduce((sum, { text }) => sum + text.length, 0)
    yield hunkBox(shown, path, { ...frame, whole: whole || chars <= HUNK_CHARS })
    lines += shown.rows.length
  }
  if (lines >= size) return lines
  const rest = whole
    ? html`<p class="remark">The rest of ${plural(size, "line")} is too long to be shown.</p>`
    : moreLink({ text: "", rest: { lines: size, chars: 0 } }, frame)
  if (rest) yield rest
  return lines
}

/** A hunk of more has lines that were not written by hand, and folds. */
const HUNK_CHARS = 40_000

function hunkBox(hunk: Hunk<Author>, path: string, frame: Frame): Html {
  const patch = writeHunk(hunk)
  return html`<div class="hunk-box"><p class="hunk-head"><span>${placeOf(hunk)}</span>${authorLinks(hunk, frame)}</p>${safeBox(patch, path, frame)}</div>`
}

function safeBox(patch: string, path: string, frame: Frame): Html {
  try {
    return html`<div class="fence">${diffBox(patch, frame, path).box}</div>`
  } catch {
    return html`<p class="broken">A diff of ${formatBytes(patch.length)} that cannot be shown.</p>`
  }
}

function placeOf({ rows, new: made }: Hunk<Author>): string {
  const lines = rows.filter(({ kind }) => kind !== "del").length
  return lines > 1 ? `Lines ${made}–${made + lines - 1}` : `Line ${made}`
}

const MAX_AUTHORS = 4

/** Links to the calls that made a hunk, one a message. */
function authorLinks(hunk: Hunk<Author>, { shareID, file, sealed }: Frame): Html | undefined {
  const made = authorsOf(hunk).sort((a, b) => a.order - b.order)
  const authors = [...new Map(made.map((author) => [author.label, author])).values()]
  if (authors.length === 0) return undefined
  const more = authors.length - MAX_AUTHORS
  const page = file || sealed ? "" : shareHref(shareID)
  const links = authors
    .slice(0, MAX_AUTHORS)
    .map(({ id, label }, at) => html`${at > 0 && ", "}<a href="${page}#${id}">${label}</a>`)
  return html`<span class="by">by ${links}${more > 0 && ` and ${more} more`}</span>`
}
