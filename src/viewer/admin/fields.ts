import { type Child, type Html, html } from "../html.ts"

export interface TextField {
  name: string
  label: string
  value?: string | undefined
  type?: "text" | "search" | "date"
  required?: boolean
  maxLength?: number
  placeholder?: string
}

/** A line to fill in, with its name above it. */
export function textField({ name, label, value, type = "text", ...rest }: TextField): Html {
  const { required, maxLength, placeholder } = rest
  return html`<label class="field"><span>${label}</span><input type="${type}" name="${name}"${value !== undefined && html` value="${value}"`}${required && html` required`}${maxLength !== undefined && html` maxlength="${maxLength}"`}${placeholder && html` placeholder="${placeholder}"`} autocomplete="off" spellcheck="false"></label>`
}

/** A reason, as long as one may be. */
export function reasonField({ label, required = false }: { label: string; required?: boolean }): Html {
  return html`<label class="field"><span>${label}</span><textarea name="reason" rows="2" maxlength="500"${required && html` required`}></textarea></label>`
}

export interface Choice {
  name: string
  label: string
  /** What is sent → what is shown. */
  options: readonly (readonly [value: string, text: string])[]
  chosen?: string | undefined
}

export function choice({ name, label, options, chosen }: Choice): Html {
  const shown = options.map(
    ([value, text]) => html`<option value="${value}"${value === chosen && html` selected`}>${text}</option>`,
  )
  return html`<label class="field"><span>${label}</span><select name="${name}">${shown}</select></label>`
}

export function hiddenField(name: string, value: string | undefined): Html | undefined {
  return value === undefined ? undefined : html`<input type="hidden" name="${name}" value="${value}">`
}

/** Names and what they are, side by side; what is not known is left out. */
export function facts(...known: readonly (readonly [name: string, value: Child])[]): Html {
  const shown = known
    .filter(([, value]) => value !== undefined && value !== false)
    .map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)
  return html`<dl class="facts">${shown}</dl>`
}

/** An address with what is asked of it; what is not asked is left out. */
export function withQuery(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const asked = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return asked.length === 0 ? path : `${path}?${new URLSearchParams(asked)}`
}

/** Where a list goes on, and where it begins. */
export function pager({ first, next }: { first: string | undefined; next: string | undefined }): Html {
  if (first === undefined && next === undefined) return html``
  return html`<nav class="pager" aria-label="Pages">${first && html`<a href="${first}">Newest</a>`}${next && html`<a href="${next}" rel="next">Older</a>`}</nav>`
}
