import type { SealError } from "../../../encryption/seal-error.ts"
import { LOG } from "../../block.ts"

export interface Notice {
  title: string
  text: string
  /** In the words of what found it. */
  cause?: string | undefined
}

export const NOTICES = {
  insecure: {
    title: "This page needs HTTPS",
    text: "Browsers decrypt only on pages that came over a secure connection. Open the link with https:// in front, or ask whoever runs this server to offer that.",
  },
  no_key: {
    title: "The key is missing",
    text: "This session is encrypted, and its key stands in the link, behind the #. The link that you followed has none, or only a piece of it. Copy the whole link, or ask who sent it.",
  },
  wrong_key: {
    title: "The key does not fit",
    text: "The key in the link is not the one that this session was encrypted with. Copy the whole link again, or ask who sent it. (A server that wants to keep the session from you can also bring this about. It cannot read the session by that.)",
  },
  tampered: {
    title: "This session has been tampered with",
    text: "What the server sent is not what the author sealed. Nothing of it is shown. Tell the author by another way than this page.",
  },
  format: {
    title: "This session cannot be shown",
    text: "It was sealed with the right key, and what was sealed is not in a form that this page knows. A newer server may know it.",
  },
  unreachable: {
    title: "The server does not answer",
    text: "This page tries again by itself.",
  },
} as const satisfies Record<string, Notice>

/** What to tell of what went wrong with something sealed. */
export function noticeOf(error: SealError): Notice {
  const notice: Notice = NOTICES[error.fault === "too_large" ? "format" : error.fault]
  return error.fault === "wrong_key" ? notice : { ...notice, cause: error.message }
}

/** Says in the page's place why there is nothing to see. */
export function showNotice({ title, text, cause }: Notice): void {
  const main = document.createElement("main")
  main.id = LOG
  main.className = "notice"
  add(main, "p", "End-to-end encrypted").className = "eyebrow"
  add(main, "h1", title)
  add(main, "p", text).setAttribute("role", "alert")
  if (cause) add(main, "p", cause).className = "cause"
  document.getElementById("page")?.replaceChildren(main)
  document.title = `${title} · Better Share`
}

/** Says above the page what its reader must know of it. */
export function showWarning(text: string): void {
  const warning = document.getElementById("warning")
  if (!warning) return
  warning.hidden = false
  if (warning.textContent !== text) warning.textContent = text
}

function add(parent: Element, name: string, text: string): HTMLElement {
  const element = document.createElement(name)
  element.textContent = text
  parent.append(element)
  return element
}
