import { lend } from "./lent.ts"
import { unifiedText } from "./split-diff.ts"
import type { FindWhole } from "./unfold.ts"

/** Raw texts and addresses, copied by a click. */

const SHOWN = 1500
/** What can be copied as it is: code, output, diffs. */
const SOURCES: string = "pre"

/** Puts a button into whatever the pointer is over or the focus is in: a page may have thousands of them. */
export function watchCopying(findWhole: FindWhole): void {
  const button = lend(document.createElement("button"))
  button.type = "button"
  button.className = "copy"
  button.textContent = "Copy"
  const offer = ({ target }: Event) => {
    const source = target instanceof Element ? target.closest(SOURCES) : null
    const box = source?.parentElement
    if (!source || !box || button.previousElementSibling === source) return
    button.textContent = "Copy"
    source.after(button)
  }
  document.addEventListener("pointerover", offer)
  document.addEventListener("focusin", offer)
  button.addEventListener("click", () => {
    const source = button.previousElementSibling
    if (!source) return
    const folded = button.nextElementSibling?.matches("a.more")
    const text = folded ? wholeText(source, findWhole) : textOf(source)
    void copy(text).then((copied) => say(button, copied ? "Copied" : "Not copied"))
  })
}

/** All of a text of which the page shows the beginning. */
async function wholeText(source: Element, findWhole: FindWhole): Promise<string> {
  const block = source.closest(".part, .section")
  const href = source.parentElement?.querySelector<HTMLAnchorElement>("a.more")?.href
  const at = block ? [...block.querySelectorAll(SOURCES)].indexOf(source) : -1
  const whole = block && href && (await findWhole(block.id, href))
  const same: Element | undefined = whole ? whole.querySelectorAll(SOURCES)[at] : undefined
  return textOf(same ?? source)
}

/** Without line numbers, signs and whatever else is not text of the source. */
function textOf(source: Element): string {
  if (source.matches(".diff")) return unifiedText(source)
  const code = source.querySelector(":scope > code") ?? source
  const plain = code.cloneNode(true) as Element
  for (const extra of plain.querySelectorAll("[aria-hidden]")) extra.remove()
  return plain.textContent ?? ""
}

/** Without a secure context there is no clipboard. A text that is still to come is written as part of the click. */
export async function copy(text: string | Promise<string>): Promise<boolean> {
  try {
    if (typeof text === "string") await navigator.clipboard.writeText(text)
    else {
      const blob = text.then((said) => new Blob([said], { type: "text/plain" }))
      await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })])
    }
    return true
  } catch {
    return false
  }
}

function say(button: HTMLElement, word: string): void {
  button.textContent = word
  setTimeout(() => {
    button.textContent = "Copy"
  }, SHOWN)
}
