import type { Document, Message } from "../../protocol/document.ts"
import type { PartData } from "../../protocol/opencode.ts"
import { blockID } from "../block-id.ts"
import { agentOf } from "../child-session.ts"
import { directoryOf } from "../frame.ts"
import { filled, list, num, record } from "../read.ts"
import { descendantsOf } from "../session-tree.ts"
import type { Edit } from "./sparse-file.ts"
import { type FileEdit, toolEdits } from "./tool-edits.ts"

/** Whose call changed something. */
export interface Author {
  /** The element of the call, on the conversation's page. */
  id: string
  label: string
}

export interface Change extends Omit<FileEdit, "patch">, Edit<Author> {
  by?: Author
}

/** What a share tells of one file, in the order in which it happened. */
export interface FileSources {
  /** What a session's `session_diff` or a prompt's summary says: best, as it knows of what shells did as well. */
  told: Change[]
  /** What the calls of tools did. */
  done: Change[]
}

const MAX_PATH = 1_000

/** All that a session and its subagents tell about the files that they changed, file by file. */
export function sourcesOf(document: Document): Map<string, FileSources> {
  const files = new Map<string, FileSources>()
  const sessions = [document, ...descendantsOf(document)]
  const tellings = [
    ...sessions.map(({ diffs }) => list(diffs)),
    ...sessions.map(({ messages }) => messages.flatMap(promptDiffs)),
  ]
  // The first that names a file is the best of them; others would tell the same again.
  for (const telling of tellings) addTold(files, telling)
  const root = directoryOf(document)
  for (const change of callsOf(document, sessions)) addDone(files, change, root)
  return files
}

function promptDiffs({ info }: Message): readonly unknown[] {
  return info.role === "user" ? list(record(info.summary).diffs) : []
}

function addTold(files: Map<string, FileSources>, diffs: readonly unknown[]): void {
  const mine = new Set<string>()
  for (const diff of diffs) {
    const { file, patch, additions, deletions, status } = record(diff)
    const path = (filled(file) ?? "unnamed file").slice(0, MAX_PATH)
    if (files.has(path) && !mine.has(path)) continue
    mine.add(path)
    sourceOf(files, path).told.push({
      path,
      ...(filled(patch) !== undefined && { patch: filled(patch) ?? "" }),
      ...(filled(status) !== undefined && { status: filled(status) ?? "" }),
      additions: num(additions) ?? 0,
      deletions: num(deletions) ?? 0,
    })
  }
}

function sourceOf(files: Map<string, FileSources>, path: string): FileSources {
  const known = files.get(path) ?? { told: [], done: [] }
  files.set(path, known)
  return known
}

/** Calls of all sessions, as they came after each other. */
function callsOf(root: Document, sessions: readonly Document[]): Change[] {
  const calls: { at: number; changes: Change[] }[] = []
  for (const session of sessions) {
    const agent = session === root ? undefined : (agentOf(session) ?? "subagent")
    for (const [index, { info, parts }] of session.messages.entries()) {
      const label = agent === undefined ? `message ${index + 1}` : `@${agent}, message ${index + 1}`
      const sent = num(record(info.time).created) ?? 0
      for (const part of parts) {
        const changes = changesBy(part, { id: blockID("part", part.id), label })
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

function addDone(files: Map<string, FileSources>, change: Change, root: string): void {
  const path = ownPath(change.path, root, files)
  const from = change.from === undefined ? undefined : ownPath(change.from, root, files)
  const moved = from === undefined || from === path ? undefined : files.get(from)
  const source = sourceOf(files, path)
  if (moved) {
    source.done.push(...moved.done)
    moved.done = []
    if (moved.told.length === 0 && from !== undefined) files.delete(from)
  }
  source.done.push({ ...change, path, ...(from !== undefined && { from }) })
}

/** Folders between a worktree and what lies in it. Deeper ones are not looked for. */
const MAX_DEPTH = 60

/**
 * The path under which a share tells of a file. Tools name it in full; what is told otherwise is relative to the
 * worktree, which is the session's folder or one above it.
 */
function ownPath(full: string, root: string, files: ReadonlyMap<string, FileSources>): string {
  const path = full.slice(0, MAX_PATH)
  const folder = root.endsWith("/") ? root : `${root}/`
  const own = root.length > 1 && path.startsWith(folder) ? path.slice(folder.length) : path
  if (files.has(own)) return own
  let depth = 0
  for (let at = path.indexOf("/"); at >= 0 && depth < MAX_DEPTH; at = path.indexOf("/", at + 1), depth++) {
    if (files.has(path.slice(at + 1)) && folder.startsWith(path.slice(0, at + 1))) return path.slice(at + 1)
  }
  return own
}
