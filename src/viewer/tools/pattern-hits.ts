import type { Stretch } from "../diff-code.ts"
import type { Edge, Pattern, PatternNode, Sequence } from "./pattern.ts"

/**
 * A pattern out of a share may be made to take for ever (CWE-1333), so none of them is given to the engine: this
 * matcher counts its steps, and where they are used up there are no more marks.
 */
const LINE_STEPS = 6000
const ALL_STEPS = 150_000
const LINE_CHARS = 400
const DEEPEST = 1200
const MOST_HITS = 40

/** Finds a pattern's hits, line by line, until it has worked enough. */
export function createHitFinder(pattern: Pattern): (line: string) => Stretch[] {
  let left = ALL_STEPS
  return (line) => {
    if (left <= 0) return []
    const text = line.slice(0, LINE_CHARS)
    const matcher = createMatcher(pattern.ignoreCase ? text.toLowerCase() : text, Math.min(LINE_STEPS, left))
    const hits: Stretch[] = []
    for (let start = 0; start < text.length && hits.length < MOST_HITS; ) {
      const end = matcher.end(pattern.options, start)
      if (end > start) hits.push({ start, end })
      start = Math.max(end, start + 1)
    }
    left -= matcher.used()
    // Half of the hits would be told as all of them.
    return matcher.used() >= LINE_STEPS ? [] : hits
  }
}

const NONE = -1

function createMatcher(text: string, steps: number) {
  let used = 0
  let depth = 0

  function sequence(nodes: Sequence, index: number, at: number, done: (at: number) => number): number {
    if (++used > steps || depth > DEEPEST) return NONE
    const node = nodes[index]
    if (node === undefined) return done(at)
    depth++
    const end = one(node, at, (next) => sequence(nodes, index + 1, next, done))
    depth--
    return end
  }

  function one(node: PatternNode, at: number, done: (at: number) => number): number {
    if (node.kind === "char") {
      used += node.tests - 1
      return at < text.length && node.has(text[at] ?? "") ? done(at + 1) : NONE
    }
    if (node.kind === "edge") return isEdge(text, at, node.at) ? done(at) : NONE
    if (node.kind === "repeat") {
      return node.of.kind === "char" ? chars(node, node.of, at, done) : repeat(node, 0, at, done)
    }
    for (const option of node.options) {
      const end = sequence(option, 0, at, done)
      if (end !== NONE) return end
    }
    return NONE
  }

  function chars(
    { min, max, lazy }: Repeat,
    { has, tests }: Char,
    at: number,
    done: (at: number) => number,
  ): number {
    let most = 0
    while (most < max && at + most < text.length && has(text[at + most] ?? "")) most++
    used += most * tests
    for (let tried = 0; tried <= most - min; tried++) {
      const end = done(at + (lazy ? min + tried : most - tried))
      if (end !== NONE || used > steps) return end
    }
    return NONE
  }

  function repeat(node: Repeat, count: number, at: number, done: (at: number) => number): number {
    const more = () =>
      count < node.max
        ? sequence([node.of], 0, at, (next) =>
            next === at ? (count < node.min ? done(next) : NONE) : repeat(node, count + 1, next, done),
          )
        : NONE
    const enough = () => (count >= node.min ? done(at) : NONE)
    const [first, second] = node.lazy ? [enough, more] : [more, enough]
    const end = first()
    return end === NONE ? second() : end
  }

  return {
    end(options: readonly Sequence[], start: number): number {
      return one({ kind: "group", options }, start, (at) => at)
    },
    used: () => used,
  }
}

type Repeat = Extract<PatternNode, { kind: "repeat" }>
type Char = Extract<PatternNode, { kind: "char" }>

const WORD = /[\p{L}\p{N}\p{M}_]/u

function isEdge(text: string, at: number, edge: Edge): boolean {
  if (edge === "start") return at === 0
  if (edge === "end") return at === text.length
  const between = WORD.test(text[at - 1] ?? "") !== WORD.test(text[at] ?? "")
  return between === (edge === "word")
}
