import { type Html, html } from "../html.ts"
import { asText, filled, list, record } from "../read.ts"
import type { ToolCall, ToolView } from "./call.ts"

const STATES: Readonly<Record<string, string>> = {
  pending: "to do",
  in_progress: "in progress",
  completed: "done",
  cancelled: "cancelled",
}

export function todoTool(call: ToolCall): ToolView {
  const todos = todosOf(call)
  const done = todos.filter((todo) => todo.status === "completed").length
  // A list of nothing but urgent things says nothing by it.
  const telling = todos.some((todo) => todo.priority !== "high")
  return {
    name: call.tool === "todoread" ? "Read to-dos" : "To-dos",
    icon: "check",
    facts: [todos.length > 0 && `${done} of ${todos.length} done`],
    open: true,
    body:
      todos.length > 0
        ? html`<ul class="todos">${todos.map((todo) => todoRow(todo, telling))}</ul>`
        : undefined,
  }
}

interface Todo {
  content: string
  status: string
  priority: string | undefined
}

const OPEN: ReadonlySet<string> = new Set(["pending", "in_progress"])

function todoRow({ content, status, priority }: Todo, telling: boolean): Html {
  const state = Object.hasOwn(STATES, status) ? STATES[status] : status
  const kind = Object.hasOwn(STATES, status) ? status : "pending"
  return html`<li class="${kind}"><span class="box" role="img" aria-label="${state}"></span><span class="what">${content}${priority === "high" && telling && OPEN.has(status) && html` <span class="dim">· high priority</span>`}</span></li>`
}

function todosOf(call: ToolCall): Todo[] {
  const told = list(call.metadata.todos)
  const todos = told.length > 0 ? told : list(call.input.todos)
  return todos.map(record).map((todo) => ({
    content: asText(todo.content),
    status: filled(todo.status) ?? "pending",
    priority: filled(todo.priority),
  }))
}
