/** Markup that may go into a page as it is. Only this room makes it, so data from a share can never pose as one. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  toString(): string {
    return this.text
  }
}

export type Child = Html | string | number | undefined | null | false | readonly Child[]

export const nothing = new Html("")

/** Builds markup. Every value is escaped, for text and for quoted attributes alike, unless it is {@link Html}. */
export function html(strings: TemplateStringsArray, ...values: readonly Child[]): Html {
  let text = strings[0] ?? ""
  for (let i = 0; i < values.length; i++) text += render(values[i]) + (strings[i + 1] ?? "")
  return new Html(text)
}

/** Declares text to be markup: for the output of libraries that escape, and for nothing else. */
export function trusted(text: string): Html {
  return new Html(text)
}

function render(value: Child): string {
  if (value instanceof Html) return value.text
  if (typeof value === "string") return escapeText(value)
  if (typeof value === "number") return String(value)
  // An object that got past the types, out of JSON perhaps, is nothing that we made.
  if (!Array.isArray(value)) return ""
  let text = ""
  for (const one of value) text += render(one)
  return text
}

const UNSAFE = /[&<>"'\0\u202a-\u202e\u2066-\u2069]/
const EVERY_UNSAFE = /[&<>"'\0\u202a-\u202e\u2066-\u2069]/g
const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
}

/**
 * Escapes text for element content and quoted attributes. Bidirectional overrides and isolates become visible, as
 * they could make code read otherwise than it runs (CVE-2021-42574), and so does NUL, which HTML cannot hold.
 */
export function escapeText(text: string): string {
  return UNSAFE.test(text) ? text.replace(EVERY_UNSAFE, (char) => ENTITIES[char] ?? namedControl(char)) : text
}

const EVERY_BIDI = /[\u202a-\u202e\u2066-\u2069]/g

/** The same for text that a library escapes later. */
export function showBidi(text: string): string {
  return text.replace(EVERY_BIDI, namedControl)
}

function namedControl(char: string): string {
  return `⟨U+${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`
}
