import { LIMITS } from "../../protocol/limits.ts"
import type { Key } from "./keys.ts"
import { fetchPage } from "./server-html.ts"
import { settle } from "./settle.ts"
import { goToHit } from "./show-hit.ts"

/** Finds what was typed. Resolves to the list of what was found (../search/results.ts), or to nothing when it cannot. */
export type FindResults = (typed: string, signal: AbortSignal) => Promise<Element | null | undefined>

/** Who types is not interrupted. Milliseconds. */
const TYPING_MS = 150
const NO_ANSWER = "The search does not answer at the moment."

const LINK = "search-link"
let find: FindResults | undefined
let opened: (() => void) | undefined

/** Searching without leaving the page. Without `how` the server searches. */
export function watchSearch(how?: FindResults): void {
  const link = document.getElementById(LINK)
  find = how ?? (link instanceof HTMLAnchorElement ? onPage(link.href) : undefined)
  document.addEventListener("click", (event) => {
    const asked = event.target instanceof Element && event.target.closest(`#${LINK}`)
    if (!asked || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
    if (openSearch()) event.preventDefault()
  })
}

function onPage(url: string): FindResults {
  return async (q, signal) =>
    (await fetchPage(`${url}?${new URLSearchParams({ q })}`, signal))?.getElementById("results")
}

/** False where there is nothing to search. */
export function openSearch(): boolean {
  if (!find) return false
  opened ??= createDialog(find)
  opened()
  return true
}

function createDialog(find: FindResults): () => void {
  const dialog = make("dialog", { className: "searcher" })
  dialog.setAttribute("aria-label", "Search this session")
  const form = make("form", { className: "search-line" })
  const input = make("input", {
    type: "text",
    placeholder: "Search this session",
    maxLength: LIMITS.searchChars,
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: false,
    enterKeyHint: "search",
  })
  input.setAttribute("aria-label", "Search this session")
  const close = make("button", { type: "button", className: "close", textContent: "Close" })
  const box = make("div", { className: "findings" })
  form.append(input, close)
  dialog.append(form, box)
  document.body.append(dialog)

  let waiting: ReturnType<typeof setTimeout> | undefined
  let asking = new AbortController()

  function later(): void {
    clearTimeout(waiting)
    waiting = setTimeout(ask, TYPING_MS)
  }

  async function ask(): Promise<void> {
    clearTimeout(waiting)
    waiting = undefined
    asking.abort()
    asking = new AbortController()
    const { signal } = asking
    box.removeAttribute("aria-busy")
    if (input.value.trim() === "") {
      box.replaceChildren()
      return
    }
    box.setAttribute("aria-busy", "true")
    const results = await find(input.value, signal).catch(() => undefined)
    if (signal.aborted) return
    if (results) settle(results)
    box.replaceChildren(results ?? make("p", { className: "count", textContent: NO_ANSWER }))
    box.removeAttribute("aria-busy")
    box.scrollTop = 0
  }

  function hits(): HTMLAnchorElement[] {
    return [...box.querySelectorAll<HTMLAnchorElement>("a.hit")]
  }

  function choose(link: HTMLAnchorElement | undefined): void {
    if (!link) return
    dialog.close()
    goToHit(link)
  }

  input.addEventListener("input", later)
  close.addEventListener("click", () => dialog.close())
  form.addEventListener("submit", (event) => {
    event.preventDefault()
    // What is shown is not what was typed last.
    if (waiting !== undefined) void ask()
    else choose(hits()[0])
  })
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close()
    const link = event.target instanceof Element && event.target.closest<HTMLAnchorElement>("a.hit")
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    choose(link)
  })
  dialog.addEventListener("keydown", (event) => {
    const step = STEPS[event.key]
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey
    if (step !== undefined && plain) {
      event.preventDefault()
      const links = hits()
      const at = links.findIndex((link) => link.matches(":focus")) + step
      const next = at < 0 ? input : links[at]
      next?.focus()
    } else if (event.key.length === 1 && event.key !== " " && plain) input.focus()
  })

  return () => {
    if (!dialog.open) dialog.showModal()
    input.focus()
    input.select()
    // The session may have gone on.
    void ask()
  }
}

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 }

function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Partial<HTMLElementTagNameMap[Name]>,
): HTMLElementTagNameMap[Name] {
  return Object.assign(document.createElement(name), properties)
}

/** For the table of keys. */
export const SEARCH_KEY: Key = { keys: ["/"], does: "Search", run: () => void openSearch() }
