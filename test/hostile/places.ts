import type { Item } from "../../src/protocol/item.ts"
import { kitchenSink, ROOT } from "../fixtures/viewer/kitchen-sink.ts"
import type { Attack } from "./attacks/vector.ts"

/** What folding goes by, and what decides how something is drawn: kept, or nothing of the rest would be drawn. */
const KEPT: ReadonlySet<string> = new Set([
  ...["id", "sessionID", "messageID", "parentID", "sessionId"],
  ...["type", "role", "tool", "status"],
])
/** Keys that are data themselves, such as a path. */
const FREE_KEY = /[^A-Za-z_]/
/** Told once a session, for all attacks together. */
const LISTS: ReadonlySet<string> = new Set(["model", "session_diff"])

interface Change {
  /** What stands for a text. */
  text(was: string): string
  /** Ids of one copy of the fixture in a share of many. */
  relabel(id: string): string
  /** What stands for the name of a field that is data, and is added to every object; none unless told. */
  key?: string
  /** Numbers and truths become texts as well. */
  everything?: boolean
}

/** The same value, with every text of it changed. */
function changed(value: unknown, change: Change, key = "", depth = 0): unknown {
  if (typeof value === "string") return KEPT.has(key) ? change.relabel(value) : change.text(value)
  if (Array.isArray(value)) return value.map((one) => changed(one, change, key, depth + 1))
  if (typeof value !== "object" || value === null) return change.everything ? change.text("") : value
  const { key: own } = change
  const entries = Object.entries(value).map(([name, inner]) => [
    own !== undefined && FREE_KEY.test(name) ? own : name,
    changed(inner, change, name, depth + 1),
  ])
  if (own !== undefined && depth > 0) entries.push([own, change.text("")])
  // Unlike an assignment, this makes a field of `__proto__`.
  return Object.fromEntries(entries)
}

/** Lines that a parser of ours looks into stay what they are; in the others the attack stands among words. */
function woven(was: string, text: string): string {
  if (was.startsWith("data:text/")) return `data:text/csv;base64,${Buffer.from(text).toString("base64")}`
  if (was.startsWith("data:")) return was
  const lines = was.split("\n").slice(0, 14)
  if (lines.length === 1 && !was.includes("<")) return text
  return lines.map((line) => (/^[<@]/.test(line) ? line : line.replace(/\S+\s*$/, () => text))).join("\n")
}

const isStructured = (item: Item) => /\\n|</.test(JSON.stringify(item.data))

/** Ids that name a thing of this share: `msg_…` is another in each copy. */
function relabeller(tag: string, root: string): (id: string) => string {
  return (id) => (id === ROOT ? root : id.replace(/^(ses|msg|prt|mood)_/, `$1_${tag}`))
}

/** What an item looks like once all of its texts are the same, as nothing new would stand in a second one. */
function shapeOf({ type, data }: Item): string {
  const blank = (key: string, value: unknown) =>
    typeof value === "string" && (!KEPT.has(key) || /^(?:ses|msg|prt)_/.test(value))
      ? ""
      : typeof value === "number"
        ? 0
        : value
  return `${type} ${JSON.stringify(data, blank)}`
}

/** The fixture without parts that differ in nothing but words, and without messages that only held such. */
function distinct(items: readonly Item[]): Item[] {
  const shapes = new Map(items.map((item) => [shapeOf(item), item]))
  const kept = new Set(shapes.values())
  const speaking = new Set([...kept].map(({ data }) => (data as { messageID?: string }).messageID))
  return items.filter(
    (item) => kept.has(item) || (item.type === "message" && speaking.has((item.data as { id: string }).id)),
  )
}

export interface Placed {
  /** Session of the share. */
  root: string
  /** Numbers and truths become texts as well. */
  everything?: boolean
}

/** One text where Markdown, code, terminals, diffs, JSON and errors are read: for texts too long for every place. */
export function heavySession(text: string, root: string): Item[] {
  const at = { created: 1, completed: 2 }
  const message = {
    id: "msg_1",
    sessionID: root,
    role: "assistant",
    time: at,
    error: { name: "E", data: { message: text } },
  }
  const part = { messageID: "msg_1", sessionID: root }
  const tool = (name: string, state: object) => ({
    type: "tool",
    tool: name,
    state: { status: "completed", ...state },
  })
  const parts = [
    { type: "text", text },
    { type: "reasoning", text },
    tool("bash", { input: { command: text }, output: text }),
    tool("read", { input: { filePath: "a.ts" }, output: text }),
    tool("edit", { input: { filePath: "a.ts" }, metadata: { diff: `@@ -1 +1 @@\n-x\n+${text}` } }),
    tool("grep", { input: { pattern: text }, output: text }),
    tool("task", { input: { prompt: text }, output: text }),
    tool("other", { input: { text }, output: text }),
    { type: "file", mime: text, url: text, filename: text },
  ]
  return [
    { type: "session", data: { id: root, title: text, directory: text } },
    { type: "message", data: message },
    ...parts.map((one, n) => ({ type: "part", data: { ...part, id: `prt_${n}`, ...one } })),
    { type: "session_diff", data: [{ file: text.slice(0, 4_000), patch: text, additions: 1, deletions: 1 }] },
  ]
}

/** A session with each attack in every field of everything that a page can show, and in names and ids besides. */
export function hostileSession(attacks: readonly Attack[], { root, everything = false }: Placed): Item[] {
  const sink = kitchenSink()
  const lean = distinct(sink)
  const copies = attacks.flatMap((attack) => {
    const [whole, inside] = [relabeller(`a${attack.n}`, root), relabeller(`b${attack.n}`, root)]
    const replaced = { text: () => attack.text, relabel: whole, key: attack.text, everything }
    const within = { text: (was: string) => woven(was, attack.text), relabel: inside }
    const place = (item: Item, change: Change) => ({ ...item, data: changed(item.data, change) })
    const structured = sink.filter((item) => item.type === "part" && isStructured(item))
    const speaking = new Set(structured.map(({ data }) => (data as { messageID: string }).messageID))
    const speech = sink.filter(
      ({ type, data }) => type === "message" && speaking.has((data as { id: string }).id),
    )
    const diffs = sink.filter(({ type }) => type === "session_diff")
    return [
      ...lean.map((item) => place(item, replaced)),
      ...[...speech, ...structured, ...diffs].map((item) => place(item, within)),
      ...oddlyNamed(attack, root),
    ]
  })
  const [first] = copies.filter(({ type }) => type === "session")
  const lists = [...LISTS].map((type) => ({
    type,
    data: copies.filter((item) => item.type === type).flatMap(({ data }) => data as unknown[]),
  }))
  const others = copies.filter((item) => !LISTS.has(item.type) && (item.data as { id?: string }).id !== root)
  return [first, ...lists, ...others].filter((item) => item !== undefined)
}

/** What folding goes by is hostile itself, as far as the protocol takes it. */
function oddlyNamed({ text, n }: Attack, root: string): Item[] {
  const id = text.replace(/[^\w.:-]/g, ".").slice(0, 90) || `odd${n}`
  const type = text.toLowerCase().replace(/[^a-z0-9_.-]/g, "")
  const child = `${id}-s${n}`
  const at = { created: n }
  const message = { id, sessionID: root, role: text, time: at, agent: text, error: { name: text } }
  const part = { messageID: id, sessionID: root }
  const state = { status: "completed", input: { [text]: text }, output: text, title: text }
  const data: object[] = [
    { ...part, id, type: "text", text },
    { ...part, id: `${id}.1`, type: text, [text]: text },
    { ...part, id: `${id}.2`, type: "tool", tool: text, state },
    { ...part, id: `${id}.3`, type: "tool", tool: "bash", state: { ...state, status: text } },
    {
      ...part,
      id: `${id}.4`,
      type: "tool",
      tool: "todowrite",
      state: { ...state, metadata: { todos: [{ status: text, content: text }] } },
    },
    {
      ...part,
      id: `${id}.5`,
      type: "tool",
      tool: "batch",
      state: { ...state, input: { tool_calls: [{ tool: text }] } },
    },
    {
      ...part,
      id: `${id}.6`,
      type: "tool",
      tool: "read",
      state: { ...state, metadata: { display: { type: text, text } } },
    },
    {
      ...part,
      id: `${id}.7`,
      type: "tool",
      tool: "task",
      state: { ...state, metadata: { sessionId: child } },
    },
    { ...part, id: `${id}.8`, type: "retry", error: { name: text, data: { message: text } } },
  ]
  return [
    { type: "message", data: message },
    ...data.map((one) => ({ type: "part", data: one })),
    {
      type: "session",
      data: { id: child, parentID: root, title: text, revert: { messageID: text, partID: text } },
    },
    { type: "message", data: { id: `${id}-m${n}`, sessionID: child, role: "user", time: at } },
    { type: "part", data: { ...part, id, messageID: `${id}-m${n}`, sessionID: child, type: "text", text } },
    { type: "session", data: { id: `${id}-t${n}`, parentID: text, title: text } },
    {
      type: /^[a-z]/.test(type) ? type.slice(0, 60) : `x${type.slice(0, 59)}`,
      sessionID: root,
      data: [text, { [text]: [text] }],
    },
  ]
}

/** Fields of the fixture that an attack stands in: told apart by where they are, not by how often. */
export function countPlaces(): number {
  const places = new Set<string>()
  const walk = (value: unknown, path: string, key: string): void => {
    if (typeof value === "string" && !KEPT.has(key)) places.add(path)
    if (typeof value !== "object" || value === null) return
    for (const [name, inner] of Object.entries(value)) {
      const step = Array.isArray(value) ? "[]" : FREE_KEY.test(name) ? "*" : name
      walk(inner, `${path}.${step}`, Array.isArray(value) ? key : name)
    }
  }
  for (const { type, data } of kitchenSink()) {
    const { type: kind = "", tool = "" } = data as { type?: string; tool?: string }
    walk(data, `${type} ${kind} ${tool}`, "")
  }
  return places.size
}
