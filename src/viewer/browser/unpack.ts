import { keepPlace } from "./reader.ts"
import { parseElements } from "./server-html.ts"
import { settle } from "./settle.ts"

/** Elements of what a page brought as text (../packed.ts): near the window, when they are named, and bit by bit. */

/** So far from the window content is made before it is seen. */
const AHEAD = "1500px"
/** A page of more packed turns keeps those far away as they are: memory is finite. */
const MOST_IN_ADVANCE = 400

const PACKED = ".packed"
/** Browsers that keep the reader's place by themselves when something above it grows. */
const ANCHORS = CSS.supports("overflow-anchor", "auto")
let watcher: IntersectionObserver | undefined

/** Makes the elements of one place. Nothing that the reader reads moves. */
function unpack(packed: Element): void {
  watcher?.unobserve(packed)
  const content = contentOf(packed)
  if (content === undefined) {
    packed.remove()
    return
  }
  const made = parseElements(content.textContent ?? "")
  settle(made)
  const change = () => {
    content.replaceWith(made)
    packed.remove()
  }
  if (ANCHORS) change()
  else keepPlace(change)
}

function contentOf(packed: Element): Element | undefined {
  const next = packed.nextElementSibling
  return next?.localName === "noscript" ? next : undefined
}

/** The element with this id, made if it has to be. Null when there is none. */
export function elementOf(id: string): HTMLElement | null {
  const present = document.getElementById(id)
  // No id of ours holds what markup would escape (../block-id.ts).
  if (present || /[&<>"'\s]/.test(id) || id === "") return present
  const mark = `id="${id}"`
  for (const packed of document.querySelectorAll(PACKED)) {
    if (!contentOf(packed)?.textContent?.includes(mark)) continue
    unpack(packed)
    return document.getElementById(id)
  }
  return null
}

/** What is packed right in this element, since neighbours have to be elements for something to come between them. */
export function unpackWithin(place: Element | null): void {
  const packed = place?.querySelector(`:scope > ${PACKED}`)
  if (packed) unpack(packed)
}

/** All of it, for who wants to see everything at once, such as a printer. */
export function unpackAll(): void {
  for (const packed of document.querySelectorAll(PACKED)) unpack(packed)
}

export function watchPacked(): void {
  const places = [...document.querySelectorAll(PACKED)]
  if (places.length === 0) return
  watcher = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) if (isIntersecting) unpack(target)
    },
    { rootMargin: AHEAD },
  )
  for (const packed of places) watcher.observe(packed)
  addEventListener("beforeprint", unpackAll)
  if (places.length <= MOST_IN_ADVANCE) whenIdle(unpackNext)
}

/** So that the browser's own search finds everything, a while later. */
function unpackNext(): void {
  const next = document.querySelector(PACKED)
  if (!next) return
  unpack(next)
  whenIdle(unpackNext)
}

/** Safari lacks the callback. */
function whenIdle(run: () => void): void {
  if (typeof requestIdleCallback === "function") requestIdleCallback(run, { timeout: 2_000 })
  else setTimeout(run, 50)
}

/**
 * A fetched page is parsed without scripts, so that its packed places hold elements. Makes them what this page holds
 * in the same place: text where it is still packed, elements elsewhere.
 */
export function packLike(page: Document): void {
  for (const packed of page.querySelectorAll(PACKED)) {
    const content = contentOf(packed)
    const place = packed.parentElement?.id
    if (content === undefined || place === undefined) continue
    if (document.getElementById(place)?.querySelector(`:scope > ${PACKED}`)) {
      content.textContent = content.innerHTML
    } else {
      packed.remove()
      content.replaceWith(...content.childNodes)
    }
  }
}
