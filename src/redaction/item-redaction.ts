import type { Item } from "../protocol/item.ts"
import { decodeDataUrl, encodeDataUrl, isBinaryDataUrl, readTextDataUrl } from "./data-url.ts"
import { beginsAsDotenv, isAboutDotenv } from "./dotenv.ts"
import { isKept, mayGrow } from "./item-places.ts"
import { namesSecret } from "./keyword-rules.ts"
import type { TextRedaction } from "./text-redaction.ts"
import type { Work } from "./work.ts"

export interface Finding {
  kind: string
  /** Such as `part msg_… prt_… › state.output`. Never the value. */
  place: string
  placeholder: string
}

/** Deeper than any tool's data; beyond it nothing is passed on. */
const DEEPEST = 250
/** Values without text are looked at so many at a time. */
const NODES_A_STEP = 2_000
/** A longer value is no credential; what is in it is found by its own words. */
const LONGEST_NAMED = 4_096

interface Place {
  /** As in `state.output`; `*` for an index: what tables are looked up by. */
  path: string
  /** Name of the field that the value belongs to. */
  name: string
  depth: number
  dotenv: boolean
}

/** Walks an item and redacts every string that is for people, and names of fields that are none of the structure. */
export function* redactItem(
  item: Item,
  text: TextRedaction,
  options: { growing: boolean },
): Work<{ item: Item; findings: Finding[] }> {
  const findings = new Map<string, Finding>()
  const where = placeOf(item)
  let nodes = 0

  const { type, sessionID, data, ...rest } = item
  const copy = {
    ...((yield* object(rest as Record<string, unknown>, {
      path: "",
      name: "",
      depth: 0,
      dotenv: false,
    })) as object),
    type,
    ...(sessionID === undefined ? {} : { sessionID }),
    data: yield* value(data, { path: "", name: "", depth: 0, dotenv: false }),
  }
  return { item: copy, findings: [...findings.values()] }

  function* value(node: unknown, place: Place): Work<unknown> {
    if (++nodes % NODES_A_STEP === 0) yield
    if (typeof node === "string") return yield* string(node, place)
    if (typeof node !== "object" || node === null) return node
    if (place.depth >= DEEPEST) return "[redacted:depth]"
    if (!Array.isArray(node)) return yield* object(node as Record<string, unknown>, place)
    const list: unknown[] = []
    const inside = { ...place, path: join(place.path, "*"), depth: place.depth + 1 }
    for (const entry of node) list.push(yield* value(entry, inside))
    return list
  }

  function* object(node: Record<string, unknown>, { path, depth, dotenv }: Place): Work<unknown> {
    const about = dotenv || isAboutDotenv(node)
    const entries = new Map<string, unknown>()
    // `{name: "DB_PASSWORD", value: "…"}`, as containers are told their environment.
    const named = typeof node.name === "string" ? node.name : typeof node.key === "string" ? node.key : ""
    for (const [name, child] of Object.entries(node)) {
      const inside = join(path, name)
      const key = depth === 0 ? name : yield* fieldName(name, path)
      const called = name === "value" && named !== "" ? named : name
      const redacted = yield* value(child, { path: inside, name: called, depth: depth + 1, dotenv: about })
      entries.set(unused(key, entries), redacted)
    }
    // Defines own fields, also one that is called `__proto__`.
    return Object.fromEntries(entries)
  }

  function* fieldName(name: string, path: string): Work<string> {
    if (name.length < 4) return name
    return yield* text.redact(name, { growing: false, dotenv: false, found: finding(join(path, "(name)")) })
  }

  function* string(node: string, place: Place): Work<string> {
    const { path, name } = place
    if (node === "" || isKept(item.type, path, node)) return node
    if (/^data:/i.test(node)) return yield* dataUrl(node, place)
    const growing = options.growing && mayGrow(item.type, path)
    const dotenv = place.dotenv || beginsAsDotenv(node)
    const found = finding(path)
    // A field's name says as much of its value as the same word in a text.
    if (!growing && node.length <= LONGEST_NAMED && /^[\w.-]{2,64}$/.test(name) && namesValue(name)) {
      const before = `${name}: "`
      const whole = yield* text.redact(before + node, { growing, dotenv, found })
      if (whole.startsWith(before)) return whole.slice(before.length)
    }
    return yield* text.redact(node, { growing, dotenv, found })
  }

  function* dataUrl(node: string, place: Place): Work<string> {
    if (yield* isBinaryDataUrl(node)) return node
    const url = readTextDataUrl(node)
    const decoded = url === undefined ? undefined : yield* decodeDataUrl(url)
    const options = { growing: false, dotenv: place.dotenv, found: finding(place.path) }
    if (url === undefined || decoded === undefined) return yield* text.redact(node, options)
    const dotenv = place.dotenv || beginsAsDotenv(decoded.text)
    const redacted = yield* text.redact(decoded.text, { ...options, dotenv })
    return redacted === decoded.text ? node : yield* encodeDataUrl(url, { ...decoded, text: redacted })
  }

  function finding(path: string): (kind: string, placeholder: string) => void {
    return (kind, placeholder) => {
      // Indices and names of fields come from the tables' form of the path, cut short: names can be long.
      const place = path === "" ? where : `${where} › ${path.slice(0, 120)}`
      findings.set(`${place} ${placeholder}`, { kind, place, placeholder })
    }
  }
}

function namesValue(name: string): boolean {
  return namesSecret(name) !== undefined || /^(?:proxy-)?authorization$/i.test(name)
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`
}

/** Two names that are the same once redacted stay two. */
function unused(key: string, entries: ReadonlyMap<string, unknown>): string {
  if (!entries.has(key)) return key
  let number = 2
  while (entries.has(`${key} (${number})`)) number++
  return `${key} (${number})`
}

function placeOf({ type, data }: Item): string {
  const { messageID, id } = (typeof data === "object" && data !== null ? data : {}) as Record<string, unknown>
  return [type, messageID, id].filter((part) => typeof part === "string" && part.length <= 128).join(" ")
}
