import type { Document } from "../../protocol/document.ts"
import { countLines } from "../fold-text.ts"
import { num, record } from "../read.ts"
import { remember } from "../remember.ts"
import { compose, countNet, type Hunk } from "./compose.ts"
import { creditHunks } from "./credit.ts"
import { type Author, type Change, type FileSources, sourcesOf } from "./sources.ts"

/** A file that a session changed, without what changed in it. */
export interface ChangedFile {
  path: string
  /** Where it was before, when it was moved. */
  from?: string
  status: string | undefined
  additions: number
  deletions: number
}

export interface FileDiff extends ChangedFile {
  hunks: Hunk<Author>[]
  /** The edits do not follow each other: each stands for itself, in order. */
  steps: boolean
  /** There was a diff, though nothing of it may be left. */
  compared: boolean
  /** Too much to be looked at: only its size is known. Characters. */
  tooLarge?: number
  /** Left for a page of its own, as there are many others. */
  left?: true
}

/** Of all diffs of a file together. */
const MAX_CHARS = 2 * 1024 * 1024
const MAX_LINES = 50_000
/** Of what is put together for one page. Characters. */
const PAGE_CHARS = 24 * 1024 * 1024
/** What is put together only to count it. Characters, all files together. */
const COUNTED_CHARS = 256 * 1024

/** A page asks more than once, and to read hundreds of edits takes tens of milliseconds. */
export const listChanges: (document: Document) => readonly ChangedFile[] = remember(readChanges)

/** Files that a session and its subagents changed, in the order of their paths. */
function readChanges(document: Document): ChangedFile[] {
  let budget = COUNTED_CHARS
  return inOrder(document).map(([path, source]) => {
    const changes = bestOf(source)
    const chars = changes.length > 1 ? charsOf(changes) : 0
    budget -= chars
    return describe(path, source, changes.length > 1 && budget >= 0 ? countNet(changes) : undefined)
  })
}

/** The same with their diffs, one after the other, as that takes time. */
export function* fileDiffs(document: Document): Iterable<FileDiff> {
  let budget = PAGE_CHARS
  for (const [path, source] of inOrder(document)) {
    budget -= charsOf(source.told) + charsOf(source.done)
    yield budget >= 0
      ? diffOf(path, source)
      : { ...describe(path, source, undefined), hunks: [], steps: false, compared: true, left: true }
  }
}

/** The diff of one file; undefined when the session changed no such file. */
export function fileDiff(document: Document, path: string): FileDiff | undefined {
  const source = sourcesOf(document).get(path)
  return source && diffOf(path, source)
}

function inOrder(document: Document): [string, FileSources][] {
  return [...sourcesOf(document)].sort(([a], [b]) => comparePaths(a, b))
}

/** As a tree lists them: what is in a folder stands together, and folders stand before files. */
function comparePaths(a: string, b: string): number {
  const [left, right] = [a.split("/"), b.split("/")]
  for (let at = 0; ; at++) {
    const [one, other] = [left[at] ?? "", right[at] ?? ""]
    const [isFile, isOtherFile] = [at === left.length - 1, at === right.length - 1]
    if (isFile !== isOtherFile) return isFile ? 1 : -1
    if (one !== other || isFile) return one < other ? -1 : one > other ? 1 : 0
  }
}

function bestOf({ told, done }: FileSources): Change[] {
  const shows = (change: Change) => change.patch !== undefined || change.content !== undefined
  return told.some(shows) || !done.some(shows) ? told : done
}

function charsOf(changes: readonly Change[]): number {
  return changes.reduce((sum, { patch, content }) => sum + (patch ?? content ?? "").length, 0)
}

function diffOf(path: string, source: FileSources): FileDiff {
  const changes = bestOf(source).filter(({ patch, content }) => patch !== undefined || content !== undefined)
  const chars = charsOf(changes) + (changes === source.done ? 0 : charsOf(source.done))
  const file = describe(path, source, undefined)
  const lines = changes.reduce((sum, { patch, content }) => sum + countLines(patch ?? content ?? ""), 0)
  if (chars > MAX_CHARS || lines > MAX_LINES)
    return { ...file, hunks: [], steps: false, compared: true, tooLarge: charsOf(changes) }
  const composed = compose(changes)
  const hunks = composed ?? changes.flatMap((change) => alone(change))
  if (changes.length > 0) {
    file.additions = hunks.reduce((sum, hunk) => sum + hunk.additions, 0)
    file.deletions = hunks.reduce((sum, hunk) => sum + hunk.deletions, 0)
  }
  const credited = creditHunks(hunks, source.done)
  return { ...file, hunks: credited, steps: composed === undefined, compared: changes.length > 0 }
}

/** One edit for itself, of a file of which nothing else is known. */
function alone(change: Change): Hunk<Author>[] {
  if (change.content === undefined) return compose([change]) ?? []
  return compose([{ ...change, created: true }]) ?? []
}

function describe(
  path: string,
  source: FileSources,
  net: { additions: number; deletions: number } | undefined,
): ChangedFile {
  const changes = bestOf(source)
  const sum = { additions: 0, deletions: 0 }
  for (const { additions, deletions } of changes) {
    sum.additions += additions
    sum.deletions += deletions
  }
  const from = source.done.find((change) => change.from !== undefined)?.from
  return { path, ...(from !== undefined && { from }), status: statusOf(changes), ...(net ?? sum) }
}

/** What has become of the file in the end. */
function statusOf(changes: readonly Change[]): string | undefined {
  const all = changes.flatMap(({ status }) => status ?? [])
  const [first, last] = [all[0], all.at(-1)]
  if (last === "deleted") return "deleted"
  if (first === "added") return "added"
  return all.includes("renamed") ? "renamed" : last
}

export interface ChangeSum {
  files: number
  additions: number
  deletions: number
}

export function sumOf(files: readonly ChangedFile[]): ChangeSum {
  const sum = { files: files.length, additions: 0, deletions: 0 }
  for (const { additions, deletions } of files) {
    sum.additions += additions
    sum.deletions += deletions
  }
  return sum
}

/** How much a session changed: what OpenCode has counted, or else what the share tells. */
export function changesOf(document: Document): ChangeSum {
  const { files, additions, deletions } = record(document.session?.summary)
  const told = num(files) ?? 0
  if (told > 0) return { files: told, additions: num(additions) ?? 0, deletions: num(deletions) ?? 0 }
  return sumOf(listChanges(document))
}
