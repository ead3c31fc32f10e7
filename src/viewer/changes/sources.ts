import type { Document, Message } from "../../protocol/document.ts"
import type { PartData } from "../../protocol/opencode.ts"
import { blockID } from "../block-id.ts"
import { agentOf } from "../child-session.ts"
import { directoryOf } from "../frame.ts"
import { type Fields, filled, list, num, record } from "../read.ts"
import { remember } from "../remember.ts"
import { descendantsOf } from "../session-tree.ts"
import type { Edit } from "./sparse-file.ts"
import { type FileEdit, statOf, toolEdits } from "./tool-edits.ts"

/** Whose call changed something. */
export interface Author {
  /** The element of the call, on the conversation's page. */
  id: string
  label: string
  /** Its message's place: a session's own messages come before those of its subagents. */
  order: number
}

export interface Change extends Omit<FileEdit, "patch">, Edit<Author> {
  by?: Author
  /** Its place among all that calls did. */
  at?: number
}

/** What a share tells of one file, in the order in which it happened. */
export interface FileSources {
  /** What a session's `session_diff` or a prompt's summary says: best, as it knows of what shells did as well. */
  told: Change[]
  /** What the calls of tools did. */
  done: Change[]
}

const MAX_PATH = 1_000
/** Changes that are told, and as many that calls did. More of a share are left out. */
const MAX_CHANGES = 20_000

/** All that a session and its subagents tell about the files that they changed, file by file. */
export function sourcesOf(document: Document): Map<string, FileSources> {
  const files = new Map<string, FileSources>()
  const sessions = [document, ...descendantsOf(document)]
  const tellings = [
    ...sessions.map(({ diffs }) => list(diffs)),
    ...sessions.map(({ messages }) => messages.flatMap(promptDiffs)),
  ]
  // The first that names a file is the best of them; others would tell the same again.
  let left = MAX_CHANGES
  for (const telling of tellings) {
    addTold(files, telling.slice(0, left))
    left = Math.max(0, left - telling.length)
  }
  const place = { root: directoryOf(document), left: LOOKED_CHARS }
  const calls = callsOf(document, sessions).slice(0, MAX_CHANGES)
  for (const [at, change] of calls.entries()) addDone(files, { ...change, at }, place)
  for (const { done } of files.values()) done.sort((a, b) => (a.at ?? 0) - (b.at ?? 0))
  return files
}

function promptDiffs({ info }: Message): readonly unknown[] {
  return info.role === "user" ? list(record(info.summary).diffs) : []
}

/** A diff that comes without numbers is read for them, once. */
const statOfTold = remember((diff: Fields) => statOf(diff, filled(diff.patch) ?? ""))

function addTold(files: Map<string, FileSources>, diffs: readonly unknown[]): void {
  const mine = new Set<string>()
  for (const told of diffs) {
    const diff = record(told)
    const { file, patch, status } = diff
    const path = (filled(file) ?? "unnamed file").slice(0, MAX_PATH)
    if (files.has(path) && !mine.has(path)) continue
    mine.add(path)
    sourceOf(files, path).told.push({
      path,
      ...(filled(patch) !== undefined && { patch: filled(patch) ?? "" }),
      ...(filled(status) !== undefined && { status: filled(status) ?? "" }),
      ...statOfTold(diff),
    })
  }
}

function sourceOf(files: Map<string, FileSources>, path: string): FileSources {
  const known = files.get(path) ?? { told: [], done: [] }
  files.set(path, known)
  return known
}

/** More messages than one has. */
const ONE_SESSION = 1_000_000

/** Calls of all sessions, as they came after each other. */
function callsOf(root: Document, sessions: readonly Document[]): Change[] {
  const calls: { at: number; changes: Change[] }[] = []
  for (const [place, session] of sessions.entries()) {
    const agent = session === root ? undefined : (agentOf(session) ?? "subagent")
    for (const [index, { info, parts }] of session.messages.entries()) {
      const label = agent === undefined ? `message ${index + 1}` : `@${agent}, message ${index + 1}`
      const sent = num(record(info.time).created) ?? 0
      for (const part of parts) {
        const changes = changesBy(part, {
          id: blockID("part", part.id),
          label,
          order: place * ONE_SESSION + index,
        })
        if (changes.length > 0) calls.push({ at: endOf(part) ?? sent, changes })
      }
    }
  }
  return calls.sort((a, b) => a.at - b.at).flatMap(({ changes }) => changes)
}

function changesBy(part: PartData, by: Author): Change[] {
  if (part.type !== "tool") return []
  return toolEdits(filled(part.tool) ?? "", record(part.state)).map((edit) => ({ ...edit, by }))
}

function endOf(part: PartData): number | undefined {
  return num(record(record(part.state).time).end)
}

interface Place {
  /** The session's folder. */
  root: string
  /** Of `LOOKED_CHARS`. */
  left: number
}

function addDone(files: Map<string, FileSources>, change: Change, place: Place): void {
  const path = ownPath(change.path, place, files)
  const from = change.from === undefined ? undefined : ownPath(change.from, place, files)
  const moved = from === undefined || from === path ? undefined : files.get(from)
  const source = sourceOf(files, path)
  if (moved) {
    // Files may be moved to and fro all day: the longer list stays, and all are put in order at the end.
    const [few, many] =
      moved.done.length < source.done.length ? [moved.done, source.done] : [source.done, moved.done]
    for (const one of few) many.push(one)
    source.done = many
    moved.done = []
    if (moved.told.length === 0 && from !== undefined) files.delete(from)
  }
  source.done.push({ ...change, path, ...(from !== undefined && { from }) })
}

/** Folders between a worktree and what lies in it. Deeper ones are not looked for. */
const MAX_DEPTH = 24
/** How much is looked for below them, for one share. Characters. */
const LOOKED_CHARS = 4_000_000

/**
 * The path under which a share tells of a file. Tools name it in full; what is told otherwise is relative to the
 * worktree, which is the session's folder or one above it.
 */
function ownPath(full: string, place: Place, files: ReadonlyMap<string, FileSources>): string {
  const { root } = place
  const path = full.slice(0, MAX_PATH)
  const folder = root.endsWith("/") ? root : `${root}/`
  const own = root.length > 1 && path.startsWith(folder) ? path.slice(folder.length) : path
  if (files.has(own)) return own
  let depth = 0
  for (let at = path.indexOf("/"); at >= 0 && depth < MAX_DEPTH; at = path.indexOf("/", at + 1), depth++) {
    place.left -= path.length
    if (place.left < 0 || !folder.startsWith(path.slice(0, at + 1))) break
    if (files.has(path.slice(at + 1))) return path.slice(at + 1)
  }
  return own
}
