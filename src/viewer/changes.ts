import type { Document } from "../protocol/document.ts"
import type { ItemKey } from "../protocol/item.ts"
import { diffBox, statTag } from "./diff-box.ts"
import { plural } from "./format.ts"
import { type Frame, frameOfPart, shortPath } from "./frame.ts"
import { type Html, html } from "./html.ts"
import { asText, type Fields, filled, list, num, record } from "./read.ts"
import { pathTag } from "./tools/path-tag.ts"

export interface ChangedFile {
  path: string
  patches: string[]
  additions: number
  deletions: number
  status: string | undefined
}

/**
 * Files that the session changed, and the items that say so: its `session_diff`, or, where that is empty as
 * OpenCode 1.18 often sends it, what each prompt's summary lists.
 */
export function changedFiles(document: Document): { files: ChangedFile[]; keys: ItemKey[] } {
  const told = list(document.diffs).map(record)
  const files = new Map<string, ChangedFile>()
  const keys: ItemKey[] = [`session_diff/${document.sessionID}`]
  for (const diff of told) addFile(files, diff)
  if (told.length === 0) {
    for (const { info } of document.messages) {
      if (info.role !== "user") continue
      keys.push(`message/${info.id}`)
      for (const diff of list(record(info.summary).diffs)) addFile(files, record(diff))
    }
  }
  return { files: [...files.values()], keys }
}

function addFile(files: Map<string, ChangedFile>, diff: Fields): void {
  const path = filled(diff.file) ?? "unnamed file"
  const file = files.get(path) ?? { path, patches: [], additions: 0, deletions: 0, status: undefined }
  const patch = filled(diff.patch)
  if (patch) file.patches.push(patch)
  file.additions += num(diff.additions) ?? 0
  file.deletions += num(diff.deletions) ?? 0
  file.status ??= filled(diff.status)
  files.set(path, file)
}

export function sumStat(files: readonly ChangedFile[]): { additions: number; deletions: number } {
  return files.reduce(
    (sum, file) => ({ additions: sum.additions + file.additions, deletions: sum.deletions + file.deletions }),
    { additions: 0, deletions: 0 },
  )
}

/** All that changed, at the end of the page. */
export function changesSection(files: readonly ChangedFile[], id: string, frame: Frame): Html {
  const own = frameOfPart(frame, id)
  const open = frame.whole && html` open`
  return html`<section id="${id}" class="section"><details${open}><summary><h2>Changed files</h2><span class="facts"><span>${plural(files.length, "file")}</span> ${statTag(sumStat(files))}</span></summary>${files.map((file) => fileCard(file, own))}</details></section>`
}

function fileCard(file: ChangedFile, frame: Frame): Html {
  const line = html`<span class="icon i-file" aria-hidden="true"></span><span class="subject">${pathTag(shortPath(file.path, frame), file.path)}</span><span class="facts">${file.status && file.status !== "modified" && html` <span>${file.status}</span>`} ${statTag(file)}</span>`
  if (file.patches.length === 0) return html`<div class="card"><div class="line">${line}</div></div>`
  return html`<details class="card" open><summary class="line">${line}</summary><div class="body">${file.patches.map((patch) => safeDiff(patch, file.path, frame))}</div></details>`
}

function safeDiff(patch: string, path: string, frame: Frame): Html {
  try {
    return diffBox(patch, frame, path).box
  } catch {
    return html`<p class="broken">${asText(patch.length)} characters of a diff that cannot be shown.</p>`
  }
}
