import type { Item } from "../protocol/item.ts"
import { MARK, type RedactionRule } from "../protocol/redaction-rule.ts"
import { blankContent } from "./blank-content.ts"
import { decodeDataUrl, encodeDataUrl, readTextDataUrl } from "./data-url.ts"
import { isField, isFree } from "./field-names.ts"
import { isKnown, isStructure } from "./item-places.ts"
import { type TextForms, textForms } from "./text-forms.ts"

/** Occurrences by the rule that took them out. */
export type Occurrences = ReadonlyMap<string, number>

/** What an owner's rules make of what a share holds. Applied again they find nothing more. */
export interface OwnersRedaction {
  /** The very item when there is nothing to take out. Never throws, whatever the content. */
  redactItem(item: Item): { item: Item; replaced: Occurrences }
  /** The item without anything that it says. */
  blankItem(item: Item): Item
  /** A title, a path. */
  redactText(text: string): string
  /** Any JSON that is no item of a known type. */
  redactJson(value: unknown): { value: unknown; replaced: Occurrences }
}

/** Texts that replacements put together again are looked for so often; what then still holds one is given up whole. */
const MOST_PASSES = 8
/** Stands for an item of a type that nobody knows. */
const ANY = "unknown"

export function createOwnersRedaction(rules: readonly RedactionRule[]): OwnersRedaction {
  const texts: readonly TextForms[] = rules.flatMap((rule) => (rule.kind === "text" ? [textForms(rule)] : []))

  function redactItem(item: Item): ReturnType<OwnersRedaction["redactItem"]> {
    const replaced = new Map<string, number>()
    const blank = blankNamed(item, replaced)
    const whole = texts.length === 0 ? blank : redactTexts(blank, replaced)
    return { item: whole, replaced }
  }

  /** Without the content of a message or part that a rule names. */
  function blankNamed(item: Item, replaced: Map<string, number>): Item {
    let blank = item
    for (const rule of rules) {
      if (rule.kind === "text" || !names(rule, item)) continue
      const data = blankContent(item.type, blank.data)
      if (data === blank.data) continue
      count(replaced, rule.id)
      blank = { ...blank, data }
    }
    return blank
  }

  function redactTexts(item: Item, replaced: Map<string, number>): Item {
    const { type, sessionID, data, ...rest } = item
    const walk = createWalk(type, replaced)
    const clean = { rest: walk(rest) as object, data: walk(data) }
    if (clean.rest === rest && clean.data === data) return item
    return { ...clean.rest, type, ...(sessionID === undefined ? {} : { sessionID }), data: clean.data }
  }

  /** A copy of what holds a text; what does not is the same object. */
  function createWalk(type: string, replaced: Map<string, number>): (value: unknown) => unknown {
    const found = (id: string) => count(replaced, id)
    return (value) => visit(value, "", !isKnown(type))

    function visit(value: unknown, path: string, free: boolean): unknown {
      if (typeof value === "string") return isStructure(type, path) ? value : replace(value, found)
      if (typeof value !== "object" || value === null) return value
      if (Array.isArray(value)) {
        const list = value.map((entry) => visit(entry, join(path, "*"), free))
        return list.some((entry, at) => entry !== value[at]) ? list : value
      }
      return visitObject(value as Record<string, unknown>, path, free)
    }

    function visitObject(value: Record<string, unknown>, path: string, free: boolean): unknown {
      const entries = new Map<string, unknown>()
      let same = true
      for (const [name, child] of Object.entries(value)) {
        const inside = join(path, name)
        const clean = visit(child, inside, free || isFree(name))
        const kept = isStructure(type, inside) || (!free && isField(name))
        const key = kept ? name : unused(replace(name, found), entries)
        if (key !== name || clean !== child) same = false
        entries.set(key, clean)
      }
      // Defines own fields, also one that is called `__proto__`.
      return same ? value : Object.fromEntries(entries)
    }
  }

  function replace(text: string, found: (id: string) => void): string {
    const url = /^data:/i.test(text) ? readTextDataUrl(text) : undefined
    const decoded = url && finish(decodeDataUrl(url))
    if (!url || !decoded) return replaceIn(text, found)
    const clean = replaceIn(decoded.text, found)
    return replaceIn(
      clean === decoded.text ? text : finish(encodeDataUrl(url, { ...decoded, text: clean })),
      found,
    )
  }

  function replaceIn(text: string, found: (id: string) => void): string {
    let clean = text
    for (let pass = 0; holdsAny(clean); pass++) {
      if (pass === MOST_PASSES) return holdsAny(MARK) ? "" : MARK
      for (const forms of texts) clean = forms.replace(clean, () => found(forms.id))
    }
    return clean
  }

  function holdsAny(text: string): boolean {
    return texts.some((forms) => forms.isIn(text))
  }

  return {
    redactItem,
    blankItem: (item) => ({ ...item, data: blankContent(item.type, item.data) }),
    redactText: (text) => replaceIn(text, () => {}),
    redactJson(value) {
      const replaced = new Map<string, number>()
      return { value: createWalk(ANY, replaced)(value), replaced }
    },
  }
}

/** Whether the item is what the rule names, or belongs to it. */
function names(rule: Exclude<RedactionRule, { kind: "text" }>, { type, data }: Item): boolean {
  if (type !== "message" && type !== "part") return false
  const { id, messageID } = data as { id?: unknown; messageID?: unknown }
  if (type === "message") return rule.kind === "message" && id === rule.messageID
  return messageID === rule.messageID && (rule.kind === "message" || id === rule.partID)
}

function count(replaced: Map<string, number>, id: string): void {
  replaced.set(id, (replaced.get(id) ?? 0) + 1)
}

/** Done in one go: it yields only so that others may have their turn. */
function finish<T>(work: Generator<undefined, T, unknown>): T {
  for (;;) {
    const step = work.next()
    if (step.done) return step.value
  }
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
