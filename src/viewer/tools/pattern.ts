/** A search pattern of ripgrep (Rust's regex syntax), as far as we read it: no looking around, no Unicode classes. */
export interface Pattern {
  options: readonly Sequence[]
  ignoreCase: boolean
}

export type Sequence = readonly PatternNode[]

export type PatternNode =
  | { kind: "char"; has: (char: string) => boolean; tests: number }
  | { kind: "edge"; at: Edge }
  | { kind: "group"; options: readonly Sequence[] }
  | { kind: "repeat"; of: PatternNode; min: number; max: number; lazy: boolean }

export type Edge = "start" | "end" | "word" | "inside"

const MOST_CHARS = 400
const MOST_REPEATS = 1000
/** Of a class, such as `[a-z_]`: each is tested on each letter. */
const MOST_ITEMS = 16

/** Undefined where it holds what we do not read, or makes no sense. */
export function readPattern(source: string): Pattern | undefined {
  const ignoreCase = source.startsWith("(?i)")
  const text = ignoreCase ? source.slice(4) : source
  if (text.length > MOST_CHARS) return undefined
  const reader = createReader(ignoreCase ? text.toLowerCase() : text)
  const options = readOptions(reader)
  // A case of its own has another meaning: `\S` is not `\s`.
  if (ignoreCase && /\\[A-Z]/.test(text)) return undefined
  return options && reader.peek() === undefined ? { options, ignoreCase } : undefined
}

interface Reader {
  peek(): string | undefined
  take(): string | undefined
  /** Takes what the pattern, anchored and sticky, finds here. */
  match(pattern: RegExp): RegExpExecArray | undefined
}

function createReader(text: string): Reader {
  let at = 0
  return {
    peek: () => text[at],
    take: () => text[at++],
    match(pattern) {
      pattern.lastIndex = at
      const found = pattern.exec(text) ?? undefined
      if (found) at = pattern.lastIndex
      return found
    },
  }
}

function readOptions(reader: Reader): Sequence[] | undefined {
  const options: Sequence[] = []
  do {
    const sequence = readSequence(reader)
    if (!sequence) return undefined
    options.push(sequence)
  } while (reader.match(/\|/y))
  return options
}

function readSequence(reader: Reader): Sequence | undefined {
  const nodes: PatternNode[] = []
  for (let next = reader.peek(); next !== undefined && next !== "|" && next !== ")"; next = reader.peek()) {
    const node = readNode(reader)
    const repeated = node && readRepeat(node, reader)
    if (!repeated) return undefined
    nodes.push(repeated)
  }
  return nodes
}

function readNode(reader: Reader): PatternNode | undefined {
  const char = reader.take() ?? ""
  if (char === "(") return readGroup(reader)
  if (char === "[") return readClass(reader)
  if (char === "\\") return readEscape(reader.take() ?? "")
  if (char === ".") return { kind: "char", has: () => true, tests: 1 }
  if (char === "^") return { kind: "edge", at: "start" }
  if (char === "$") return { kind: "edge", at: "end" }
  return "*+?{".includes(char) ? undefined : literal(char)
}

function readGroup(reader: Reader): PatternNode | undefined {
  if (reader.peek() === "?" && !reader.match(/\?:/y)) return undefined
  const options = readOptions(reader)
  return options && reader.take() === ")" ? { kind: "group", options } : undefined
}

const REPEATS: Readonly<Record<string, readonly [number, number]>> = {
  "*": [0, MOST_REPEATS],
  "+": [1, MOST_REPEATS],
  "?": [0, 1],
}

function readRepeat(of: PatternNode, reader: Reader): PatternNode | undefined {
  const found = reader.match(/(?:([*+?])|\{(\d{1,3})(?:(,)(\d{0,3}))?\})(\??)/y)
  if (!found) return reader.peek() !== undefined && "*+{".includes(reader.peek() ?? "") ? undefined : of
  const [, sign, least, comma, most, lazy] = found
  const [min, max] = sign
    ? (REPEATS[sign] ?? [1, 1])
    : [Number(least), comma ? (most ? Number(most) : MOST_REPEATS) : Number(least)]
  // A repeat of a repeat has no use but to take time.
  if (min > max || /[*+?{]/.test(reader.peek() ?? "")) return undefined
  return { kind: "repeat", of, min, max, lazy: lazy === "?" }
}

const SETS: Readonly<Record<string, (char: string) => boolean>> = {
  d: (char) => char >= "0" && char <= "9",
  w: (char) => /[\p{L}\p{N}\p{M}_]/u.test(char),
  s: (char) => /\s/.test(char),
}
const CONTROLS: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" }

function setOf(char: string): ((char: string) => boolean) | undefined {
  const set = SETS[char.toLowerCase()]
  return set && (char === char.toLowerCase() ? set : (one) => !set(one))
}

function readEscape(char: string): PatternNode | undefined {
  if (char === "b" || char === "B") return { kind: "edge", at: char === "b" ? "word" : "inside" }
  const set = setOf(char)
  if (set) return { kind: "char", has: set, tests: 1 }
  const plain = escaped(char)
  return plain === undefined ? undefined : literal(plain)
}

function escaped(char: string): string | undefined {
  return CONTROLS[char] ?? (/^[^a-z0-9]$/i.test(char) ? char : undefined)
}

function readClass(reader: Reader): PatternNode | undefined {
  const negated = reader.match(/\^/y) !== undefined
  const tests: ((char: string) => boolean)[] = []
  for (let first = true; first || reader.peek() !== "]"; first = false) {
    const test = readClassItem(reader)
    if (!test || tests.length === MOST_ITEMS) return undefined
    tests.push(test)
  }
  reader.take()
  const has = (char: string) => tests.some((test) => test(char)) !== negated
  return { kind: "char", has, tests: tests.length }
}

function readClassItem(reader: Reader): ((char: string) => boolean) | undefined {
  const range = reader.match(/([^\\[\]&~-])-([^\\[\]])/y)
  if (range) return (char) => char >= (range[1] ?? "") && char <= (range[2] ?? "")
  // Classes within classes, and their differences, are Rust's own.
  if (reader.match(/\[|&&|~~|--/y)) return undefined
  const char = reader.take()
  if (char !== "\\") return char === undefined ? undefined : (one) => one === char
  const name = reader.take() ?? ""
  const plain = escaped(name)
  return setOf(name) ?? (plain === undefined ? undefined : (one) => one === plain)
}

function literal(char: string): PatternNode {
  return { kind: "char", has: (one) => one === char, tests: 1 }
}
