import { plural } from "../format.ts"
import type { Frame } from "../frame.ts"
import { type Html, html } from "../html.ts"
import { asText, filled, list, record } from "../read.ts"
import type { ToolCall, ToolView } from "./call.ts"

const STATES: Readonly<Record<string, string>> = {
  pending: "to do",
  in_progress: "in progress",
  completed: "done",
  cancelled: "cancelled",
}

/** To-dos that are shown, the characters of each, and those of all. */
const LIMITS = {
  card: { todos: 200, chars: 1_000, all: 40_000 },
  whole: { todos: 2_000, chars: 20_000, all: 400_000 },
}

export function todoTool(call: ToolCall, frame: Frame): ToolView {
  const todos = todosOf(call)
  const done = todos.filter((todo) => todo.status === "completed").length
  // A list of nothing but urgent things says nothing by it.
  const telling = todos.some((todo) => todo.priority !== "high")
  return {
    name: call.tool === "todoread" ? "Read to-dos" : "To-dos",
    icon: "check",
    facts: [todos.length > 0 && `${done} of ${todos.length} done`],
    open: true,
    body: todos.length > 0 ? todoList(todos, telling, frame) : undefined,
  }
}

function todoList(todos: readonly Todo[], telling: boolean, { whole, partHref }: Frame): Html {
  const most = whole ? LIMITS.whole : LIMITS.card
  const rows: Html[] = []
  let [left, cut] = [most.all, false]
  for (const todo of todos.slice(0, most.todos)) {
    if (left <= 0) break
    const content = todo.content.slice(0, Math.min(most.chars, left))
    left -= content.length
    const isCut = content.length < todo.content.length
    cut ||= isCut
    rows.push(todoRow({ ...todo, content: isCut ? `${content} …` : content }, telling))
  }
  const more = todos.length - rows.length
  const rest = more > 0 ? `and ${plural(more, "more to-do")}` : cut && "and more text"
  const link = whole
    ? html`<p class="remark">${rest}</p>`
    : html`<a class="more" href="${partHref}">${rest}</a>`
  return html`<ul class="todos">${rows}</ul>${rest && link}`
}

/** It is one word. */
const MAX_STATUS = 40

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
    status: (filled(todo.status) ?? "pending").slice(0, MAX_STATUS),
    priority: filled(todo.priority),
  }))
}
