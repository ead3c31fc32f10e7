import type { Frame } from "../frame.ts"
import { type Html, html } from "../html.ts"
import { asText, list, num, record } from "../read.ts"

/** LSP's severity of an error; warnings and hints would only be noise here. */
const ERROR = 1
const MOST = 5

/** What the language server found wrong in the file after the change. */
export function diagnosticList(diagnostics: unknown, path: string, frame: Frame): Html | undefined {
  const found = list(record(diagnostics)[path])
    .map(record)
    .filter((one) => (num(one.severity) ?? ERROR) === ERROR)
  if (found.length === 0) return undefined
  const shown = frame.whole ? found : found.slice(0, MOST)
  const rows = shown.map((one) => {
    const { line, character } = record(record(one.range).start)
    const [row, column] = [num(line), num(character)]
    const place = row !== undefined && html`<span class="where">${row + 1}:${(column ?? 0) + 1}</span> `
    return html`<li>${place}${asText(one.message)}</li>`
  })
  const rest = found.length - shown.length
  return html`<ul class="problems">${rows}${rest > 0 && html`<li>and ${rest} more</li>`}</ul>`
}
