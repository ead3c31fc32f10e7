/** How much of a session a page shows. The address keeps it: `?show=prompts`. */
export const VIEWS = {
  prompts: "Prompts only",
  tools: "With tools",
  all: "Everything",
} as const

export type View = keyof typeof VIEWS

/** What nobody has to ask for. */
export const USUAL_VIEW: View = "tools"

export function isView(text: string | undefined): text is View {
  return text !== undefined && Object.hasOwn(VIEWS, text)
}

export function readView(text: string | undefined): View {
  return isView(text) ? text : USUAL_VIEW
}
