/** How the pages look in this browser: a name of ../themes/names.ts and a scheme, each empty unless it was chosen. */
export interface Look {
  theme: string
  scheme: string
}

/** In local storage, as "theme scheme". The number changes when that does. */
export const LOOK_KEY = "better-share look 1"
const SHEET = "link.themes"

/** Storage may be refused: then nothing is known. */
export function recallLook(): Look {
  let kept: string | null = null
  try {
    kept = localStorage.getItem(LOOK_KEY)
  } catch {}
  const [theme = "", scheme = ""] = kept?.split(" ") ?? []
  return { theme, scheme }
}

/** @returns the stylesheet, when it has only begun to load */
export function wear({ theme, scheme }: Look, sheet: string | undefined): HTMLLinkElement | undefined {
  const { dataset } = document.documentElement
  dataset.theme = theme
  dataset.scheme = scheme
  if (!theme || !sheet || document.querySelector(SHEET)) return undefined
  const link = document.createElement("link")
  link.className = "themes"
  link.rel = "stylesheet"
  link.setAttribute("blocking", "render")
  link.href = sheet
  document.head.append(link)
  return link
}
