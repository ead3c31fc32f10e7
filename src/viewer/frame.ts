import { type Document, visible } from "../protocol/document.ts"
import { blockID } from "./block-id.ts"
import { str } from "./read.ts"

/** What the whole page has in common, given by whoever serves it. */
export interface RenderContext {
  shareID: string
  assets: Assets
}

/** URLs of the built script, stylesheet and icon. */
export interface Assets {
  script: string
  style: string
  icon?: string
}

/** What a part needs to know of the page around it. */
export interface Frame {
  shareID: string
  /** The project's folder; paths below it are shown relative to it. */
  directory: string
  /** Show outputs in full length. */
  whole: boolean
  /** Child sessions that this page shows, by id. */
  sessions: ReadonlySet<string>
  /** Where the part at hand is shown whole. */
  partHref: string
}

export function createFrame(document: Document, context: RenderContext): Frame {
  return {
    shareID: context.shareID,
    directory: directoryOf(document),
    whole: false,
    sessions: new Set(descendants(visible(document))),
    partHref: "",
  }
}

export function directoryOf(document: Document): string {
  return str(document.session?.directory) ?? ""
}

export function* descendants(document: Document): Iterable<string> {
  for (const child of document.children) {
    yield child.sessionID
    yield* descendants(child)
  }
}

/** The frame of one part, with the address of its own page. */
export function frameOfPart(frame: Frame, id: string): Frame {
  return { ...frame, partHref: `${shareHref(frame.shareID)}/part/${encodeURIComponent(id)}` }
}

export function shareHref(shareID: string): string {
  return `/share/${encodeURIComponent(shareID)}`
}

/** The address within the page of a child session, if the page holds it. */
export function sessionHref(frame: Frame, sessionID: string): string | undefined {
  return frame.sessions.has(sessionID) ? `#${blockID("session", sessionID)}` : undefined
}

/** A path as a reader of this project would say it. */
export function shortPath(path: string, frame: Frame): string {
  const { directory } = frame
  if (directory.length < 2) return path
  if (path === directory) return "."
  const inside = directory.endsWith("/") ? directory : `${directory}/`
  return path.startsWith(inside) ? path.slice(inside.length) : path
}
