import { FOLD, foldText, moreLink } from "../fold-text.ts"
import { type Frame, sessionHref } from "../frame.ts"
import { html } from "../html.ts"
import { markdown } from "../markdown.ts"
import { asText, filled, str } from "../read.ts"
import type { ToolCall, ToolView } from "./call.ts"
import { taggedText, withoutTagged } from "./tagged.ts"

/** A subagent at work: what it was asked, what it answered, and its own session where the share has it. */
export function taskTool(call: ToolCall, frame: Frame): ToolView {
  const agent = filled(call.input.subagent_type)
  const href = sessionHref(frame, str(call.metadata.sessionId) ?? "")
  const prompt = foldText(asText(call.input.prompt), FOLD.code, frame)
  const answer = foldText(taskResult(call.output), FOLD.prompt, frame)
  return {
    name: "Task",
    icon: "branch",
    subject: filled(call.input.description) ?? call.title,
    facts: [agent && html`<span class="agent">@${agent}</span>`],
    open: call.status !== "completed" || answer.rest === undefined,
    body: html`${prompt.text && html`<div class="asked"><p class="caption">Asked</p><div class="prose">${markdown(prompt.text)}</div>${moreLink(prompt, frame)}</div>`}${answer.text && html`<div class="answered"><p class="caption">Answered</p><div class="prose">${markdown(answer.text)}</div>${moreLink(answer, frame)}</div>`}${href && html`<p class="follow"><a href="${href}">Open the subagent’s session</a></p>`}`,
  }
}

/** The answer without the tags and the metadata that OpenCode wraps it in for the model. */
function taskResult(output: string): string {
  const inside = taggedText(output, "task_result") ?? taggedText(output, "task_error")
  return (inside ?? withoutTagged(output, "task_metadata")).trim()
}
