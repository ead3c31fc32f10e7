import { type Document, visible } from "../../protocol/document.ts"
import { routePath } from "../../protocol/routes.ts"
import { abuseLink } from "../abuse.ts"
import { LOG, PAGE } from "../block.ts"
import { plural } from "../format.ts"
import { createFrame, type Frame, shareHref, shortPath } from "../frame.ts"
import { type Html, html, nothing } from "../html.ts"
import type { SharePage } from "../page.ts"
import { pageEnd, pageStart, topBar } from "../skeleton.ts"
import { titleOf } from "../summary.ts"
import { type ChangedFile, type FileDiff, fileDiff, fileDiffs, listChanges, sumOf } from "./changed-files.ts"
import { fileSection, fileSectionPieces } from "./file-section.ts"
import { countTag, fileHref, fileTree } from "./file-tree.ts"

/** Files that are shown; more are only counted. */
const MAX_FILES = 2_000
/** Lines of diffs that all files together show. */
const PAGE_LINES = 6_000

export interface ChangesPage extends Pick<SharePage, "share" | "document" | "context"> {
  /** The path of the only file that is shown, and that one whole. */
  file?: string | undefined
}

/** All that a session changed, in pieces. Undefined when it changed no such file. */
export function renderChangesPage(page: ChangesPage): Iterable<string> | undefined {
  const document = visible(page.document)
  const { file } = page
  const only = file === undefined ? undefined : fileDiff(document, file)
  if (file !== undefined && only === undefined) return undefined
  return writePage({ ...page, document }, only)
}

function* writePage({ share, document, context }: ChangesPage, only?: FileDiff): Iterable<string> {
  const page = shareHref(share.id)
  const title = titleOf(document)
  yield pageStart({
    title: `Changes · ${title} · Better Share`,
    assets: context.assets,
    data: {
      share: share.id,
      revision: String(share.revision),
      events: routePath("watchShare", { id: share.id }),
      metadata: routePath("readShareMetadata", { id: share.id }),
      // It fetches itself anew when its share changes.
      partial: "",
    },
    kind: "share changes",
  }).text
  yield html`<a class="skip" href="#${LOG}">Skip to the changes</a>${topBar(links(page))}<div id="${PAGE}">`
    .text
  const heading = only ? `Changes in ${only.path.slice(only.path.lastIndexOf("/") + 1)}` : "Changes"
  yield html`<header class="changes-head"><p class="eyebrow"><a href="${page}">${title}</a></p><h1>${heading}</h1></header>`
    .text
  const frame = createFrame(document, context)
  yield* only ? oneFile(only, listChanges(document), frame) : allFiles(document, frame)
  const abuse = abuseLink(context, share.id)
  yield html`</div><footer><p><a href="/">Better Share</a>${abuse && html` · ${abuse}`}</p></footer>${pageEnd()}`
    .text
}

function links(page: string): Html {
  return html`<span class="right"><span id="live" role="status" hidden></span><a class="control" href="${page}" aria-label="Conversation"><span class="icon i-list" aria-hidden="true"></span><span class="word">Conversation</span></a></span>`
}

function* oneFile(only: FileDiff, files: readonly ChangedFile[], frame: Frame): Iterable<string> {
  const page = `${shareHref(frame.shareID)}/changes`
  yield fileNav(files, { frame, page, current: only.path }).text
  yield html`<main id="${LOG}">`.text
  for (const piece of fileSectionPieces(only, { frame, whole: true, named: false })) yield piece.text
  yield "</main>"
}

function* allFiles(document: Document, frame: Frame): Iterable<string> {
  const files: ChangedFile[] = []
  const sections: Html[] = []
  let lines = 0
  for (const { hunks, ...file } of fileDiffs(document)) {
    // Others get their turn, as putting diffs together takes time.
    yield ""
    files.push(file)
    if (files.length > MAX_FILES) continue
    const made = fileSection({ ...file, hunks }, { frame, whole: false, named: lines > PAGE_LINES })
    lines += made.lines
    sections.push(made.section)
  }
  yield fileNav(files, { frame, page: "" }).text
  yield `<main id="${LOG}">`
  if (files.length === 0) yield html`<p class="remark">Nothing was changed in this session so far.</p>`.text
  for (const section of sections) yield section.text
  yield "</main>"
}

/** The files beside the diffs; their number counts those too that are too many to be listed. */
function fileNav(
  files: readonly ChangedFile[],
  { frame, page, current }: { frame: Frame; page: string; current?: string },
): Html {
  if (files.length === 0) return nothing
  const shown = files.slice(0, MAX_FILES).map((file) => ({
    ...file,
    name: shortPath(file.path, frame),
    href: fileHref(page, file.path),
    current: file.path === current,
  }))
  const more = files.length - shown.length
  return html`<nav id="files" aria-label="Changed files"><details open><summary>${countTag(files, sumOf(files))}</summary>${page && html`<p class="all"><a href="${page}">All files</a></p>`}${fileTree(shown)}${more > 0 && html`<p class="all">and ${plural(more, "more file")}</p>`}</details></nav>`
}
