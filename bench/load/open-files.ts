import { readdirSync } from "node:fs"

/** Files and connections that a process has open. Undefined where that cannot be known: Linux, and one's own, or root. */
export function openFiles(pid: number | undefined): number | undefined {
  if (pid === undefined) return undefined
  try {
    return readdirSync(`/proc/${pid}/fd`).length
  } catch {
    return undefined
  }
}
