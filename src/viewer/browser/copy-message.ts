import { copy } from "./copy.ts"
import { lend } from "./lent.ts"

/** What was said in a message, as it was written; undefined where only the page knows it. */
export type RawText = (messageID: string) => Promise<string | undefined>

const SHOWN = 1500

/** Puts a button into the head of the message that the pointer is over or the focus is in. */
export function watchMessages(rawOf: RawText): void {
  const button = lend(document.createElement("button"))
  button.type = "button"
  button.className = "copy-message"
  const say = (word: string) => {
    button.textContent = word
  }
  const offer = ({ target }: Event) => {
    const message = target instanceof Element ? target.closest(".message") : null
    const head = message?.querySelector(":scope > .head")
    if (!head || button.parentElement === head) return
    say("Copy")
    head.append(button)
  }
  document.addEventListener("pointerover", offer)
  document.addEventListener("focusin", offer)
  button.addEventListener("click", () => {
    const message = button.closest<HTMLElement>(".message")
    if (!message) return
    const text = rawOf(message.id).then((raw) => raw ?? shownText(message))
    void copy(text).then((copied) => {
      say(copied ? "Copied" : "Not copied")
      setTimeout(() => say("Copy"), SHOWN)
    })
  })
}

/** What the page shows of it, where there is nothing better. */
function shownText(message: Element): string {
  const prose = [...message.querySelectorAll<HTMLElement>(":scope > .parts > .text > .prose")]
  return prose.map((one) => one.innerText).join("\n\n")
}

/** The texts of a message's parts. What was added for the model is none of what was said. */
export function saidIn(parts: readonly { type?: unknown; text?: unknown; synthetic?: unknown }[]): string {
  return parts
    .filter(({ type, text, synthetic }) => type === "text" && typeof text === "string" && synthetic !== true)
    .map(({ text }) => text)
    .join("\n\n")
}
