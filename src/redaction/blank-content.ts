import { MARK } from "../protocol/redaction-rule.ts"
import { isField, isFree } from "./field-names.ts"
import { isStructure } from "./item-places.ts"

/** Under them stand whole files: what is left of those is nothing that could be shown. */
const DROPPED: ReadonlySet<string> = new Set(["attachments"])

/**
 * The data of a message or part without content: texts are the mark; ids, types, times and counts stay, so that the
 * session keeps its shape and can be imported. The very data when that is how they are.
 */
export function blankContent(type: string, data: unknown): unknown {
  return visit(data, "", false)

  function visit(value: unknown, path: string, free: boolean): unknown {
    if (typeof value === "string") return value === "" || isStructure(type, path) ? value : MARK
    if (typeof value !== "object" || value === null) return value
    if (Array.isArray(value)) {
      const list = value.map((entry) => visit(entry, join(path, "*"), free))
      return list.some((entry, at) => entry !== value[at]) ? list : value
    }
    const entries = Object.entries(value)
    const kept = entries
      .filter(([name, child]) => stays(join(path, name), name, child, free))
      .map(([name, child]): [string, unknown] => [name, visit(child, join(path, name), free || isFree(name))])
    const same =
      kept.length === entries.length &&
      kept.every(([name, child]) => child === (value as Record<string, unknown>)[name])
    return same ? value : Object.fromEntries(kept)
  }

  /** Names are words too, unless they are OpenCode's; and what has any form may say it in numbers. */
  function stays(path: string, name: string, child: unknown, free: boolean): boolean {
    if (free) return typeof child === "string" && isStructure(type, path)
    return isField(name) && !DROPPED.has(name)
  }
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`
}
