import type { Document } from "../protocol/document.ts"
import { type Block, CHANGES } from "./block.ts"
import { type ChangedFile, fileDiffs, listChanges, sumOf } from "./changes/changed-files.ts"
import { fileSection } from "./changes/file-section.ts"
import { countTag, fileHref, lineCount, statusMark } from "./changes/file-tree.ts"
import { plural } from "./format.ts"
import { directoryOf, type Frame, frameOfPart, shareHref, shortPath } from "./frame.ts"
import { type Html, html } from "./html.ts"
import { descendantsOf } from "./session-tree.ts"
import { pathTag } from "./tools/path-tag.ts"

/** The end of the page: which files changed. What changed in them has a page of its own. */
export function changesBlocks(document: Document): Block[] {
  const files = listChanges(document)
  if (files.length === 0) return []
  const sessions = [document, ...descendantsOf(document)]
  const prompts = document.messages.filter(({ info }) => info.role === "user")
  return [
    {
      id: CHANGES,
      keys: [
        ...sessions.map(({ sessionID }) => `session_diff/${sessionID}` as const),
        ...prompts.map(({ info }) => `message/${info.id}` as const),
      ],
      shape: JSON.stringify([directoryOf(document), files]),
      children: [],
      render: (frame) => changesSection(document, files, frame),
    },
  ]
}

function changesSection(document: Document, files: readonly ChangedFile[], frame: Frame): Html {
  const body = hasOwnPage(frame) ? listOf(files, frame) : diffsOf(document, frame)
  return html`<section id="${CHANGES}" class="section"><details${frame.open && html` open`}><summary><h2>Changed files</h2><span class="facts">${countTag(files, sumOf(files))}</span></summary>${body}</details></section>`
}

/** What only readers can draw, and what lies in a file, has no other pages. */
function hasOwnPage({ whole, file, sealed }: Frame): boolean {
  return !(whole || file || sealed)
}

const MAX_ROWS = 200

function listOf(files: readonly ChangedFile[], frame: Frame): Html {
  const page = `${shareHref(frame.shareID)}/changes`
  const rows = files
    .slice(0, MAX_ROWS)
    .map(
      (file) =>
        html`<li><a href="${fileHref(page, file.path)}">${statusMark(file)}${pathTag(shortPath(file.path, frame), file.path)} ${lineCount(file)}</a></li>`,
    )
  const more = files.length - rows.length
  return html`<ul class="changed">${rows}${more > 0 && html`<li><a href="${page}">and ${plural(more, "more file")}</a></li>`}</ul>`
}

function diffsOf(document: Document, frame: Frame): Html {
  const own = frameOfPart(frame, CHANGES)
  const sections = [...fileDiffs(document)].map(
    (file) => fileSection(file, { frame: own, whole: frame.whole, named: false, inPlace: true }).section,
  )
  return html`${sections}`
}
