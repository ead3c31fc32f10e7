/**
 * The copies of this plugin that one process has for one project: a file in `.opencode/plugin` and a line in
 * opencode.json install it twice. Two that share the same sessions would undo each other's options.
 */
export interface Instance {
  /** Whether it was given options: somebody meant them. */
  readonly hasOptions: boolean
}

const INSTANCES = Symbol.for("better-share.instances")

type Scope = { [INSTANCES]?: Map<string, Set<Instance>> }

/** Says that there is one more. Returns what takes it away again. */
export function enter(scope: object, directory: string, instance: Instance): () => void {
  const known = scope as Scope
  known[INSTANCES] ??= new Map()
  const all = known[INSTANCES]
  const own = all.get(directory) ?? new Set()
  all.set(directory, own.add(instance))
  return () => void own.delete(instance)
}

/** `acts`: it is the one that shares. `yields`: another one does. `clashes`: nobody can say which one is meant. */
export type Role = "acts" | "yields" | "clashes"

/** Asked when all have entered: OpenCode loads every plugin before it shows any of them its configuration. */
export function roleOf(scope: object, directory: string, instance: Instance): Role {
  const all = [...((scope as Scope)[INSTANCES]?.get(directory) ?? [])]
  const meant = all.filter(({ hasOptions }) => hasOptions)
  if (meant.length > 1) return "clashes"
  return (meant[0] ?? all[0]) === instance ? "acts" : "yields"
}
