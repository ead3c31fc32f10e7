import type { Frame } from "../frame.ts"
import { bashTool } from "./bash.ts"
import { batchTool } from "./batch.ts"
import type { ToolCall, ToolRenderer, ToolView } from "./call.ts"
import { editTool, multieditTool, patchTool, writeTool } from "./change.ts"
import { lspTool, questionTool, skillTool } from "./extras.ts"
import { genericTool } from "./generic.ts"
import { globTool, grepTool, listTool } from "./lookup.ts"
import { readTool } from "./read-file.ts"
import { taskTool } from "./task.ts"
import { todoTool } from "./todo.ts"
import { codesearchTool, webfetchTool, websearchTool } from "./web.ts"

/** Every tool with a rendering made for it. */
const TOOLS: Readonly<Record<string, ToolRenderer>> = {
  apply_patch: patchTool,
  bash: bashTool,
  batch: batchTool,
  codesearch: codesearchTool,
  edit: editTool,
  glob: globTool,
  grep: grepTool,
  list: listTool,
  ls: listTool,
  lsp: lspTool,
  multiedit: multieditTool,
  patch: patchTool,
  question: questionTool,
  read: readTool,
  skill: skillTool,
  task: taskTool,
  todoread: todoTool,
  todowrite: todoTool,
  webfetch: webfetchTool,
  websearch: websearchTool,
  write: writeTool,
}

export function toolView(call: ToolCall, frame: Frame): ToolView {
  const renderer = Object.hasOwn(TOOLS, call.tool) ? TOOLS[call.tool] : undefined
  return (renderer ?? genericTool)(call, frame)
}
