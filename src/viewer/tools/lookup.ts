import { outputBox } from "../code-box.ts"
import { FOLD } from "../fold-text.ts"
import { plural } from "../format.ts"
import { type Frame, shortPath } from "../frame.ts"
import { type Child, html } from "../html.ts"
import { filled, num } from "../read.ts"
import type { ToolCall, ToolView } from "./call.ts"
import { pathTag } from "./path-tag.ts"

export function grepTool(call: ToolCall, frame: Frame): ToolView {
  return lookup(call, frame, {
    name: "Grep",
    icon: "search",
    subject: [html`<code>${filled(call.input.pattern)}</code>`, within(call, frame)],
    count: num(call.metadata.matches),
    noun: "match",
  })
}

export function globTool(call: ToolCall, frame: Frame): ToolView {
  return lookup(call, frame, {
    name: "Glob",
    icon: "search",
    subject: [html`<code>${filled(call.input.pattern)}</code>`, within(call, frame)],
    count: num(call.metadata.count),
    noun: "file",
  })
}

export function listTool(call: ToolCall, frame: Frame): ToolView {
  const path = filled(call.input.path) ?? frame.directory
  return lookup(call, frame, {
    name: "List",
    icon: "folder",
    subject: [pathTag(shortPath(path, frame), path)],
    count: num(call.metadata.count),
    noun: "entry",
  })
}

interface Lookup {
  name: string
  icon: ToolView["icon"]
  subject: Child[]
  count: number | undefined
  noun: keyof typeof PLURALS
}

const PLURALS = { match: "matches", file: "files", entry: "entries" } as const

function lookup(call: ToolCall, frame: Frame, { name, icon, subject, count, noun }: Lookup): ToolView {
  return {
    name,
    icon,
    subject,
    facts: [
      count !== undefined && (count === 1 ? `1 ${noun}` : plural(count, noun).replace(/\w+$/, PLURALS[noun])),
    ],
    body: call.output.trim() ? outputBox(shorten(call.output, frame), frame, FOLD.output) : undefined,
  }
}

function within(call: ToolCall, frame: Frame): Child {
  const path = filled(call.input.path)
  const include = filled(call.input.include)
  const shown = path && shortPath(path, frame)
  return [
    shown && shown !== "." && html` <span class="dim">in</span> ${pathTag(shown, path)}`,
    include && html` <span class="dim">${include}</span>`,
  ]
}

/** Results repeat the project's folder on every line. */
function shorten(output: string, frame: Frame): string {
  return frame.directory.length < 2 ? output : output.replaceAll(`${frame.directory}/`, "")
}
