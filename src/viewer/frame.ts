import { type Document, visible } from "../protocol/document.ts"
import type { Reporting } from "./abuse.ts"
import { isLean } from "./lean.ts"
import { str } from "./read.ts"
import { descendantsOf } from "./session-tree.ts"

/** What the whole page has in common, given by whoever serves it. */
export interface RenderContext extends Reporting {
  shareID: string
  assets: Assets
  /** The page is drawn where the share can be read, as its server cannot. */
  sealed?: true
}

/** URLs of the built script, stylesheet and icon, and of what brings the theme that a reader chose. */
export interface Assets {
  script: string
  style: string
  icon?: string
  theme?: { script: string; themes: string }
}

/** What a part needs to know of the page around it. */
export interface Frame {
  shareID: string
  /** The project's folder; paths below it are shown relative to it. */
  directory: string
  /** Everything is there in full length. */
  whole: boolean
  /** The page is a file, with no server behind it: no other page can be linked to. */
  file?: boolean
  /** Only its reader can draw it: no page of the share's server shows any of it. */
  sealed?: boolean
  /** What folds is open. */
  open: boolean
  /** Tools show what they were called for, and what they put out behind a link (lean.ts). */
  lean: boolean
  /** Subagents' sessions that the share holds, by id. */
  sessions: ReadonlySet<string>
  /** Where the part at hand is shown whole. */
  partHref: string
}

export function createFrame(document: Document, context: RenderContext): Frame {
  const shown = visible(document)
  return {
    shareID: context.shareID,
    directory: directoryOf(document),
    ...(context.sealed && { sealed: true }),
    whole: false,
    open: false,
    lean: isLean(shown),
    sessions: new Set([...descendantsOf(shown)].map(({ sessionID }) => sessionID)),
    partHref: "",
  }
}

export function directoryOf(document: Document): string {
  return str(document.session?.directory) ?? ""
}

/** The frame of one part, with the address of its own page. */
export function frameOfPart(frame: Frame, id: string): Frame {
  return { ...frame, partHref: `${shareHref(frame.shareID)}/part/${encodeURIComponent(id)}` }
}

export function shareHref(shareID: string): string {
  return `/share/${encodeURIComponent(shareID)}`
}

/** The page of a subagent's session, if the share holds it. */
export function sessionHref(frame: Frame, sessionID: string): string | undefined {
  if (frame.file || !frame.sessions.has(sessionID)) return undefined
  return sessionPath(frame.shareID, sessionID)
}

export function sessionPath(shareID: string, sessionID: string): string {
  return `${shareHref(shareID)}/session/${encodeURIComponent(sessionID)}`
}

/** A path as a reader of this project would say it. */
export function shortPath(path: string, frame: Frame): string {
  const { directory } = frame
  if (directory.length < 2) return path
  if (path === directory) return "."
  const inside = directory.endsWith("/") ? directory : `${directory}/`
  return path.startsWith(inside) ? path.slice(inside.length) : path
}
