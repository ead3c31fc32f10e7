import { FOLD, foldText, moreLink } from "../fold-text.ts"
import { type Frame, shortPath } from "../frame.ts"
import { type Html, html } from "../html.ts"
import { markdown } from "../markdown.ts"
import { asText, type Fields, filled, list, num, record } from "../read.ts"
import type { ToolCall, ToolView } from "./call.ts"
import { resultBox } from "./generic.ts"
import { pathTag } from "./path-tag.ts"

/** Instructions that the model loaded for itself. */
export function skillTool(call: ToolCall, frame: Frame): ToolView {
  const text = foldText(call.output, FOLD.code, frame)
  return {
    name: "Skill",
    icon: "book",
    subject: html`<code>${filled(call.input.name)}</code>`,
    body: text.text
      ? html`<div class="prose quoted">${markdown(text.text)}</div>${moreLink(text, frame)}`
      : undefined,
  }
}

export function lspTool(call: ToolCall, frame: Frame): ToolView {
  const path = filled(call.input.filePath) ?? ""
  const line = num(call.input.line)
  return {
    name: "Language server",
    icon: "code",
    subject: html`${filled(call.input.operation)} ${path && pathTag(shortPath(path, frame) + (line === undefined ? "" : `:${line}`), path)}`,
    body: call.output ? resultBox(call.output, frame) : undefined,
  }
}

/** What the model asked the user, and the answers. */
export function questionTool(call: ToolCall): ToolView {
  const answers = list(call.metadata.answers)
  const questions = list(call.input.questions).map(record)
  return {
    name: questions.length === 1 ? "Question" : "Questions",
    icon: "question",
    subject: filled(questions[0]?.header),
    open: true,
    body: html`${questions.map((question, index) => questionBox(question, list(answers[index])))}`,
  }
}

function questionBox(question: Fields, answers: readonly unknown[]): Html {
  const chosen = new Set(answers.map(asText))
  const options = list(question.options).map(record)
  const offered = new Set(options.map((option) => asText(option.label)))
  const written = [...chosen].filter((answer) => !offered.has(answer))
  const rows = options.map((option) => {
    const label = asText(option.label)
    const picked = chosen.has(label)
    return html`<li class="${picked ? "completed" : "pending"}"><span class="box" role="img" aria-label="${picked ? "chosen" : "offered"}"></span><span class="what">${label}${option.description ? html` <span class="dim">${asText(option.description)}</span>` : undefined}</span></li>`
  })
  return html`<div class="asking"><p>${asText(question.question)}</p><ul class="todos choices">${rows}${written.map((answer) => html`<li class="completed"><span class="box" role="img" aria-label="answered"></span><span class="what">${answer}</span></li>`)}</ul></div>`
}
