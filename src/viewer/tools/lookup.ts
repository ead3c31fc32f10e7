import { outputBox } from "../code-box.ts"
import { FOLD } from "../fold-text.ts"
import { plural } from "../format.ts"
import { type Frame, shortPath } from "../frame.ts"
import { type Child, type Html, html } from "../html.ts"
import { filled, num } from "../read.ts"
import type { ToolCall, ToolView } from "./call.ts"
import { foundBox } from "./found.ts"
import { pathTag } from "./path-tag.ts"
import { remarkLines, splitRemarks } from "./remarks.ts"

export function grepTool(call: ToolCall, frame: Frame): ToolView {
  return lookup(call, frame, {
    name: "Grep",
    icon: "search",
    subject: [html`<code>${filled(call.input.pattern)}</code>`, within(call, frame)],
    count: num(call.metadata.matches),
    noun: "match",
    show: (text) => foundBox(text, filled(call.input.pattern) ?? "", frame),
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
  /** Its own way to show what was found; undefined where the output is not as expected. */
  show?: (text: string) => Html | undefined
}

const PLURALS = { match: "matches", file: "files", entry: "entries" } as const

function lookup(call: ToolCall, frame: Frame, { name, icon, subject, count, noun, show }: Lookup): ToolView {
  const { text, remarks } = splitRemarks(call.output)
  const box = text.trim() ? (show?.(text) ?? outputBox(shorten(text, frame), frame, FOLD.output)) : undefined
  return {
    name,
    icon,
    subject,
    facts: [
      count !== undefined && (count === 1 ? `1 ${noun}` : plural(count, noun).replace(/\w+$/, PLURALS[noun])),
    ],
    body: box && html`${box}${remarkLines(remarks)}`,
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
