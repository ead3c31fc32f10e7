import { reveal } from "./reveal.ts"
import { elementOf } from "./unpack.ts"

/** What "Show all" within it unfolds (unfold.ts). */
const UNFOLDS = ".part, .section"

/** Goes where a link of a search leads, as far as to the words: what hides them is opened. */
export function goToHit(link: HTMLAnchorElement): void {
  // Behind the key, where the share is encrypted.
  const id = link.hash.slice(1).split("&").at(-1) ?? ""
  const words = link.querySelector("mark:not(.near)")?.textContent ?? ""
  if (!elementOf(id)) {
    // What is on another page, or not in the part of the share that this one shows.
    location.assign(link.href)
    return
  }
  if (link.hash !== location.hash) history.pushState(null, "", link.hash)
  const part = reveal(id)
  if (!part) return
  part.scrollIntoView()
  // Who goes on by the keyboard, or listens, goes on from here and not from where the search began.
  part.tabIndex = -1
  part.focus({ preventScroll: true })
  if (!part.matches(UNFOLDS) || pointAt(part, words)) return
  const more = [...part.querySelectorAll<HTMLElement>("a.more")].find((one) => one.closest(UNFOLDS) === part)
  if (more) pointWhenUnfolded(part, words, more)
}

function pointWhenUnfolded({ id, parentElement }: Element, words: string, more: HTMLElement): void {
  if (!parentElement) return
  const watcher = new MutationObserver(() => {
    watcher.disconnect()
    const whole = document.getElementById(id)
    if (whole) pointAt(whole, words)
  })
  watcher.observe(parentElement, { childList: true })
  more.click()
}

/** Without the session of a subagent that a part called. */
function ownBoxes(part: Element): Element[] {
  return [...part.children].filter((box) => !box.matches(".child"))
}

/** Brings these words into the window, and marks them where the browser can. False when they are not there. */
function pointAt(part: Element, words: string): boolean {
  const range = ownBoxes(part)
    .map((box) => findRange(box, words))
    .find(Boolean)
  if (!range) return false
  for (let at = range.startContainer.parentElement; at && at !== part; at = at.parentElement) {
    if (!(at instanceof HTMLDetailsElement) || at.open) continue
    at.open = true
    at.setAttribute("data-touched", "")
  }
  if (typeof Highlight === "function") CSS.highlights?.set("found", new Highlight(range))
  scrollBy({ top: range.getBoundingClientRect().top - innerHeight / 3, behavior: "instant" })
  return true
}

/** Words may go over several elements, as in code with colours, and over the end of a line. */
function findRange(box: Element, words: string): Range | undefined {
  const start = (box.textContent ?? "").replace(/\s/g, " ").indexOf(words)
  if (start < 0 || words === "") return undefined
  const range = document.createRange()
  const texts = document.createTreeWalker(box, NodeFilter.SHOW_TEXT)
  let passed = 0
  let begun = false
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const length = node.textContent?.length ?? 0
    if (!begun && start < passed + length) {
      range.setStart(node, start - passed)
      begun = true
    }
    if (begun && start + words.length <= passed + length) {
      range.setEnd(node, start + words.length - passed)
      return range
    }
    passed += length
  }
  return undefined
}
