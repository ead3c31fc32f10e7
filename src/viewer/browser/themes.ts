import { LOOK_KEY, OWN_THEME, SCHEMES, type SchemeName, THEMES } from "../themes/names.ts"
import type { Key } from "./keys.ts"
import { type Look, recallLook, root, wear } from "./look.ts"

const SCHEME_NAMES = Object.keys(SCHEMES) as SchemeName[]

/** Brings the controls up to what is chosen, once there are some. */
let showChoice = () => {}

/** Lets the reader choose how the pages look, in the panel of the view; other pages that are open follow. */
export function watchThemes(): void {
  const panel = document.getElementById("view")
  if (panel) addControls(panel)
  paintBrowser()
  addEventListener("storage", ({ key }) => {
    if (key === LOOK_KEY || key === null) apply(recallLook())
  })
  // Pages in the back-forward cache hear of nothing.
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) apply(recallLook())
  })
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paintBrowser)
}

/** Light where it is dark, and dark where it is light, whoever chose that. */
export function toggleScheme(): void {
  const { theme, scheme } = worn()
  const dark = scheme === "dark" || (scheme === "" && matchMedia("(prefers-color-scheme: dark)").matches)
  choose({ theme, scheme: dark ? "light" : "dark" })
}

function worn(): Look {
  const { theme = "", scheme = "" } = root.dataset
  return { theme, scheme }
}

function choose(look: Look): void {
  try {
    localStorage.setItem(LOOK_KEY, `${look.theme} ${look.scheme}`)
  } catch {
    // Full or refused: it holds for this page.
  }
  apply(look)
}

function apply(look: Look): void {
  const sheet = document.querySelector<HTMLElement>("script[data-themes]")?.dataset.themes
  wear(look, sheet)?.addEventListener("load", paintBrowser)
  showChoice()
  paintBrowser()
}

/** The browser's own bar in the colour of the page. */
function paintBrowser(): void {
  const paper = getComputedStyle(root).getPropertyValue("--paper").trim()
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
    if (paper) meta.content = paper
  }
}

function addControls(panel: HTMLElement): void {
  const heading = document.createElement("h2")
  const label = document.createElement("label")
  label.htmlFor = "theme"
  label.textContent = "Theme"
  heading.append(label)

  const select = document.createElement("select")
  select.id = "theme"
  select.add(new Option(OWN_THEME, ""))
  for (const [name, title] of Object.entries(THEMES)) select.add(new Option(title, name))
  select.addEventListener("change", () => choose({ ...worn(), theme: select.value }))

  const schemes = document.createElement("p")
  schemes.className = "choice"
  schemes.setAttribute("role", "group")
  schemes.setAttribute("aria-label", "Light or dark")
  const buttons = SCHEME_NAMES.map((scheme) => {
    const button = document.createElement("button")
    button.type = "button"
    button.textContent = SCHEMES[scheme]
    button.addEventListener("click", () => choose({ ...worn(), scheme }))
    return { scheme, button }
  })
  schemes.append(...buttons.map(({ button }) => button))

  panel.append(heading, select, schemes)
  showChoice = () => {
    const { theme, scheme } = worn()
    // A name that only a later version knows shows as our own look, which is what the page then has.
    select.value = Object.hasOwn(THEMES, theme) ? theme : ""
    for (const one of buttons) one.button.setAttribute("aria-pressed", String(one.scheme === scheme))
  }
  showChoice()
}

/** For the table of keys. */
export const SCHEME_KEY: Key = { keys: ["t"], does: "Light or dark", run: toggleScheme }
