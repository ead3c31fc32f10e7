import { outputBox } from "../code-box.ts"
import { FOLD, foldText, moreLink } from "../fold-text.ts"
import type { Frame } from "../frame.ts"
import { html } from "../html.ts"
import { followable, hostOf } from "../image-data.ts"
import { markdown } from "../markdown.ts"
import { asText, filled } from "../read.ts"
import type { ToolCall, ToolView } from "./call.ts"

export function webfetchTool(call: ToolCall, frame: Frame): ToolView {
  const url = filled(call.input.url) ?? ""
  const link = followable(url)
  const output = foldText(call.output, FOLD.output, frame)
  const asMarkdown = filled(call.input.format) === "markdown"
  return {
    name: "Fetch",
    icon: "globe",
    subject: html`<span class="address" title="${url}">${hostOf(url)}<span class="dim">${url.slice(url.indexOf(hostOf(url)) + hostOf(url).length)}</span></span>`,
    body: html`${link && html`<p class="follow"><a href="${link}" rel="noopener noreferrer nofollow ugc" target="_blank">${link}</a></p>`}${asMarkdown && output.text ? html`<div class="prose quoted">${markdown(output.text)}</div>${moreLink(output, frame)}` : call.output && outputBox(call.output, frame, FOLD.output)}`,
  }
}

export function websearchTool(call: ToolCall, frame: Frame): ToolView {
  return {
    name: "Search the web",
    icon: "globe",
    subject: html`<q>${asText(call.input.query)}</q>`,
    body: call.output ? outputBox(call.output, frame, FOLD.output) : undefined,
  }
}

export function codesearchTool(call: ToolCall, frame: Frame): ToolView {
  return {
    ...websearchTool(call, frame),
    name: "Search code",
    icon: "search",
  }
}
