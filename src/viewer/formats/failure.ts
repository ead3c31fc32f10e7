import { asText, filled, record } from "../read.ts"
import { oneLine } from "./clean.ts"

/** An error as OpenCode keeps it: its name, and what was said. Undefined when there is none. */
export function readFailure(error: unknown): { name: string; said: string } | undefined {
  if (error === undefined || error === null) return undefined
  const { name, data, message } = record(error)
  const said = filled(record(data).message) ?? filled(message)
  return {
    name: oneLine(filled(name) ?? "Error"),
    said: oneLine(said ?? (filled(name) ? "" : asText(error)), 2000),
  }
}
