import { LOOK_KEY } from "../themes/names.ts"

/** How the pages look in this browser: a name of ../themes/names.ts and a scheme, each empty unless it was chosen. */
export interface Look {
  theme: string
  scheme: string
}

export const root = document.documentElement

/** Storage may be refused: then nothing is known. */
export function recallLook(): Look {
  let kept = ""
  try {
    kept = localStorage.getItem(LOOK_KEY) ?? ""
  } catch {}
  const [theme = "", scheme = ""] = kept.split(" ")
  return { theme, scheme }
}

/** @returns the stylesheet, when it has only begun to load */
export function wear(look: Look, sheet: string | undefined): HTMLLinkElement | undefined {
  Object.assign(root.dataset, look)
  if (!look.theme || !sheet || document.querySelector(".look")) return undefined
  const link = document.createElement("link")
  // As properties, which a browser without `blocking` passes over.
  Object.assign(link, { className: "look", rel: "stylesheet", blocking: "render", href: sheet })
  document.head.append(link)
  return link
}
