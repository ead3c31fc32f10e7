/**
 * Pictures that a page shows: raster formats, carried in the share itself. SVG is a document with scripts and
 * references; and a remote address would tell its server who reads the share.
 */
const RASTER = /^data:image\/(?:png|jpe?g|gif|webp|avif)(?:;[\w=.-]+)*;base64,[A-Za-z0-9+/\s]+={0,2}$/i

/** Larger pictures wait behind a link, so that a page stays a page. Characters of the data URL, about 3/4 in bytes. */
export const INLINE_IMAGE_CHARS = 400_000

export function isRasterData(url: string): boolean {
  // The pattern runs over the whole URL; the cheap test spares most.
  return url.startsWith("data:image/") && RASTER.test(url)
}

/** An address that a reader may follow: http, https or mailto, else undefined. */
export function followable(url: string): string | undefined {
  return /^(?:https?:\/\/[^\s/]|mailto:[^\s])/i.test(url) ? url : undefined
}

/** The host of an http address, for a reader to judge it by. */
export function hostOf(url: string): string {
  return /^https?:\/\/(?:[^/?#]*@)?([^/?#]+)/i.exec(url)?.[1] ?? url
}
