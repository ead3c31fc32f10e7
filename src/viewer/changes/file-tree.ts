import { fileBlockID } from "../block-id.ts"
import { statTag } from "../diff-box.ts"
import { plural } from "../format.ts"
import { type Html, html } from "../html.ts"
import type { ChangedFile } from "./changed-files.ts"

/** A file as the page shows it. */
export interface ShownFile extends ChangedFile {
  /** Relative to the project, where it lies in there. */
  name: string
  href: string
  current?: boolean
}

interface Folder {
  name: string
  folders: Map<string, Folder>
  files: { name: string; file: ShownFile }[]
}

/** Folders within folders; what lies deeper stands by its path. */
const MAX_LEVELS = 12

/** Files by their folders. Folders that hold nothing but another one are one line with it. */
export function fileTree(files: readonly ShownFile[]): Html {
  const root: Folder = { name: "", folders: new Map(), files: [] }
  for (const file of files) place(root, file)
  return levelOf(root)
}

function place(root: Folder, file: ShownFile): void {
  const steps = file.name.split("/")
  // What lies outside of the project begins with a slash, and is no folder without a name.
  if (steps[0] === "" && steps.length > 2) steps.splice(0, 2, `/${steps[1]}`)
  let at = root
  for (let level = 0; steps.length > 1 && level < MAX_LEVELS; level++) {
    const name = steps.shift() ?? ""
    const next = at.folders.get(name) ?? { name, folders: new Map(), files: [] }
    at.folders.set(name, next)
    at = next
  }
  at.files.push({ name: steps.join("/"), file })
}

function levelOf({ folders, files }: Folder): Html {
  return html`<ul>${[...folders.values()].map(folderRow)}${files.map(fileRow)}</ul>`
}

function folderRow(folder: Folder): Html {
  let [at, name] = [folder, folder.name]
  for (;;) {
    const [only] = at.folders.values()
    if (only === undefined || at.folders.size > 1 || at.files.length > 0) break
    at = only
    name += `/${only.name}`
  }
  return html`<li><details open><summary><span class="icon i-folder" aria-hidden="true"></span><span class="name" title="${name}">${name}</span></summary>${levelOf(at)}</details></li>`
}

function fileRow({ name, file }: Folder["files"][number]): Html {
  const { current, href, name: full } = file
  return html`<li><a href="${href}" title="${full}"${current && html` aria-current="true"`}>${statusMark(file)}<span class="name">${name}</span> ${lineCount(file)}</a></li>`
}

const MARKS: Readonly<Record<string, string>> = { added: "A", deleted: "D", renamed: "R" }

/** A letter for what became of a file; most were only changed, and have the sign of a file. */
export function statusMark({ status }: ChangedFile): Html {
  const mark = status !== undefined && Object.hasOwn(MARKS, status) ? MARKS[status] : undefined
  if (mark === undefined) return html`<span class="icon i-file" aria-hidden="true"></span>`
  return html`<abbr class="mark-${status ?? ""}" title="${status}">${mark}</abbr>`
}

/** Of a file of no lines there is nothing to count. */
export function lineCount(file: ChangedFile): Html | undefined {
  return file.additions + file.deletions > 0 ? statTag(file) : undefined
}

export function countTag(files: readonly ChangedFile[], sum: { additions: number; deletions: number }): Html {
  return html`<span>${plural(files.length, "file")}</span> ${statTag(sum)}`
}

export function fileHref(page: string, path: string): string {
  return `${page}#${fileBlockID(path)}`
}
