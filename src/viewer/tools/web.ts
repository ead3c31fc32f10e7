import { codeBox, outputBox } from "../code-box.ts"
import { FOLD, foldText, moreLink } from "../fold-text.ts"
import type { Frame } from "../frame.ts"
import { type Html, html } from "../html.ts"
import { followable, hostOf } from "../image-data.ts"
import { markdown } from "../markdown.ts"
import { asText, filled } from "../read.ts"
import type { ToolCall, ToolView } from "./call.ts"
import { remarkLines, splitRemarks } from "./remarks.ts"

export function webfetchTool(call: ToolCall, frame: Frame): ToolView {
  const url = filled(call.input.url) ?? ""
  const link = followable(url)
  const { text, remarks } = splitRemarks(call.output)
  const format = filled(call.input.format) ?? "markdown"
  const show = Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined
  return {
    name: "Fetch",
    icon: "globe",
    subject: html`<span class="address" title="${url}">${hostOf(url)}<span class="dim">${url.slice(url.indexOf(hostOf(url)) + hostOf(url).length)}</span></span>`,
    body: html`${link && html`<p class="follow"><a href="${link}" rel="noopener noreferrer nofollow ugc" target="_blank">${link}</a></p>`}${text.trim() && (show ?? asProse)(text, frame)}${remarkLines(remarks)}`,
  }
}

/** The formats that the model may ask for. OpenCode 1.18 takes none for `markdown`, older versions always have one. */
const FORMATS: Readonly<Record<string, (text: string, frame: Frame) => Html>> = {
  html: (text, frame) => codeBox(text, frame, { language: "html", limits: FOLD.output }),
  markdown: (text, frame) => {
    const folded = foldText(text, FOLD.output, frame)
    return html`<div class="prose quoted">${markdown(folded.text)}</div>${moreLink(folded, frame)}`
  },
  text: asProse,
}

export function websearchTool(call: ToolCall, frame: Frame): ToolView {
  const { text, remarks } = splitRemarks(call.output)
  return {
    name: "Search the web",
    icon: "globe",
    subject: html`<q>${asText(call.input.query)}</q>`,
    body: html`${text.trim() && asProse(text, frame)}${remarkLines(remarks)}`,
  }
}

export function codesearchTool(call: ToolCall, frame: Frame): ToolView {
  return {
    ...websearchTool(call, frame),
    name: "Search code",
    icon: "search",
  }
}

function asProse(text: string, frame: Frame): Html {
  return outputBox(text, frame, FOLD.output, { prose: true })
}
