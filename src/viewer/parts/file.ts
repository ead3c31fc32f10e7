import { formatBytes } from "../../protocol/limits.ts"
import type { PartData } from "../../protocol/opencode.ts"
import { codeBox } from "../code-box.ts"
import { FOLD } from "../fold-text.ts"
import { type Frame, shortPath } from "../frame.ts"
import { languageOf } from "../highlight.ts"
import { type Html, html } from "../html.ts"
import { followable, hostOf, INLINE_IMAGE_CHARS, isRasterData } from "../image-data.ts"
import { asText, type Fields, filled, record } from "../read.ts"
import { pathTag } from "../tools/path-tag.ts"

/** Something attached: a picture, a file of the project, a piece of text, an address. */
export function filePart(part: PartData, frame: Frame): Html {
  return fileBox(part, frame)
}

export function fileBox(file: Fields, frame: Frame): Html {
  const url = asText(file.url)
  const name = nameOf(file, url, frame)
  const mime = filled(file.mime)
  if (url.startsWith("data:")) return dataFile(url, name, mime, frame)
  const link = followable(url)
  const label = pathTag(name, filled(record(file.source).path) ?? name)
  const target = link
    ? html`<a href="${link}" rel="noopener noreferrer nofollow ugc" target="_blank">${label}</a> <span class="dim">${hostOf(link)}</span>`
    : label
  return chip(target, mime)
}

function dataFile(url: string, name: string, mime: string | undefined, frame: Frame): Html {
  if (isRasterData(url)) {
    const size = formatBytes(dataBytes(url))
    if (!frame.whole && url.length > INLINE_IMAGE_CHARS) {
      return html`${chip(html`<code class="path">${name}</code>`, mime, size)}<a class="more" href="${frame.partHref}">Show the image, ${size}</a>`
    }
    return html`<figure class="picture"><img src="${url}" alt="${name}" loading="lazy"><figcaption>${name} <span class="dim">${size}</span></figcaption></figure>`
  }
  const text = /^data:text\//i.test(url) ? decodeText(url) : undefined
  const label = chip(html`<code class="path">${name}</code>`, mime, formatBytes(dataBytes(url)))
  if (text === undefined) return label
  return html`<details class="aside"${frame.open && html` open`}><summary>${label}</summary>${codeBox(text, frame, { language: languageOf(name), limits: FOLD.code })}</details>`
}

function chip(label: Html, mime: string | undefined, size?: string): Html {
  const facts = [mime, size].filter(Boolean).join(", ")
  return html`<span class="chip"><span class="icon i-file"></span>${label}${facts && html` <span class="dim">${facts}</span>`}</span>`
}

function nameOf(file: Fields, url: string, frame: Frame): string {
  const source = record(file.source)
  const path = filled(source.path) ?? (url.startsWith("file://") ? url.slice("file://".length) : undefined)
  const name = filled(file.filename) ?? (path && shortPath(path, frame)) ?? filled(source.uri)
  return name ?? (url.startsWith("data:") ? "attachment" : url.slice(0, 200))
}

function dataBytes(url: string): number {
  const payload = url.length - url.indexOf(",") - 1
  return /;base64,/i.test(url.slice(0, 200)) ? Math.floor((payload * 3) / 4) : payload
}

function decodeText(url: string): string | undefined {
  const comma = url.indexOf(",")
  try {
    const payload = url.slice(comma + 1)
    if (!/;base64$/i.test(url.slice(0, comma))) return decodeURIComponent(payload)
    return new TextDecoder().decode(Uint8Array.from(atob(payload), (char) => char.charCodeAt(0)))
  } catch {
    return undefined
  }
}
