import type { Document } from "../../protocol/document.ts"
import { countLines } from "../fold-text.ts"
import { num, record } from "../read.ts"
import { remember } from "../remember.ts"
import { compose, countNet, type Hunk } from "./compose.ts"
import { creditHunks } from "./credit.ts"
import { type Author, type Change, type FileSources, sourcesOf } from "./sources.ts"
import { createWork, type Work } from "./work.ts"

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
/** Files of which one page puts diffs together. */
const PAGE_FILES = 2_000
/** What is put together only to count it. Characters, all files together. */
const COUNTED_CHARS = 256 * 1024

/** A page asks more than once, and to read hundreds of edits takes tens of milliseconds. */
export const listChanges: (document: Document) => readonly ChangedFile[] = remember(readChanges)

/** Files that a session and its subagents changed, in the order of their paths. */
function readChanges(document: Document): ChangedFile[] {
  let budget = COUNTED_CHARS
  const work = createWork()
  return inOrder(document).map(([path, source]) => {
    const changes = bestOf(source)
    const chars = changes.length > 1 ? charsOf(changes) : 0
    budget -= chars
    return describe(path, source, changes.length > 1 && budget >= 0 ? countNet(changes, work) : undefined)
  })
}

/** The same with their diffs, one after the other, as that takes time. */
export function* fileDiffs(document: Document): Iterable<FileDiff> {
  let budget = PAGE_CHARS
  const work = createWork()
  for (const [at, [path, source]] of inOrder(document).entries()) {
    budget -= charsOf(source.told) + charsOf(source.done)
    const diff = budget >= 0 && at < PAGE_FILES && work.stepped > 0 ? diffOf(path, source, work) : undefined
    // What was too much after others may not be for itself.
    yield diff && work.stepped > 0
      ? diff
      : { ...describe(path, source, undefined), hunks: [], steps: false, compared: true, left: true }
  }
}

/** The diff of one file; undefined when the session changed no such file. */
export function fileDiff(document: Document, path: string): FileDiff | undefined {
  const source = sourcesOf(document).get(path)
  return source && diffOf(path, source, createWork())
}

function inOrder(document: Document): [string, FileSources][] {
  const files = [...sourcesOf(document)].map((file) => ({ file, order: treeOrder(file[0]) }))
  return files.sort((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : 0)).map(({ file }) => file)
}

/** As a tree lists them: what is in a folder stands together, and folders stand before files. */
function treeOrder(path: string): string {
  const name = path.lastIndexOf("/")
  const folder = name < 0 ? "" : `\0${path.slice(0, name).replaceAll("/", "\0")}`
  return `${folder}\x01${path.slice(name + 1)}`
}

function bestOf({ told, done }: FileSources): Change[] {
  return told.some(isShown) || !done.some(isShown) ? told : done
}

function isShown(change: Change): boolean {
  return bodiesOf(change).length > 0
}

function bodiesOf({ patch, content, texts }: Change): string[] {
  const body = patch ?? content
  return body !== undefined ? [body] : texts ? [texts.old, texts.new] : []
}

function charsOf(changes: readonly Change[]): number {
  return sumOver(changes, ({ length }) => length)
}

function sumOver(changes: readonly Change[], count: (body: string) => number): number {
  return changes.reduce((sum, change) => bodiesOf(change).reduce((all, body) => all + count(body), sum), 0)
}

function diffOf(path: string, source: FileSources, work: Work): FileDiff {
  const changes = bestOf(source).filter(isShown)
  const chars = charsOf(changes) + (changes === source.done ? 0 : charsOf(source.done))
  const file = describe(path, source, undefined)
  const tooLarge = { ...file, hunks: [], steps: false, compared: true, tooLarge: charsOf(changes) }
  if (chars > MAX_CHARS || sumOver(changes, countLines) > MAX_LINES) return tooLarge
  const composed = compose(changes, work)
  if (work.stepped < 0) return tooLarge
  const hunks = composed ?? changes.flatMap((change) => alone(change, work))
  if (changes.length > 0) {
    file.additions = hunks.reduce((sum, hunk) => sum + hunk.additions, 0)
    file.deletions = hunks.reduce((sum, hunk) => sum + hunk.deletions, 0)
  }
  const credited = creditHunks(hunks, source.done, work)
  return { ...file, hunks: credited, steps: composed === undefined, compared: changes.length > 0 }
}

/** One edit for itself, of a file of which nothing else is known. */
function alone(change: Change, work: Work): Hunk<Author>[] {
  return compose([change.content === undefined ? change : { ...change, created: true }], work) ?? []
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
