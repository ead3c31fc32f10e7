import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "../build/build.mjs"

/** A source file as a session would read it. */
export interface SourceFile {
  path: string
  lines: string[]
}

/**
 * Code and prose as sessions have them, from pinned packages: the same everywhere, and neither random (which does not
 * compress) nor repeated (which compresses too well).
 */
export interface InventedText {
  files: SourceFile[]
  sentences: string[]
}

const CODE = [
  "kysely/dist/esm",
  "hono/dist",
  "fast-check/lib",
  "@opencode-ai/sdk/dist",
  "zod/v4",
  "@types/node",
  "vitest/dist",
  "highlight.js/lib",
  "axe-core",
  "pino",
  "pg",
  "aws4fetch",
  "diff/libesm",
]
const PROSE = [
  "@types/node",
  "playwright-core",
  "kysely",
  "hono",
  "fast-check",
  "zod",
  "diff",
  "markdown-it",
  "pino",
  "aws4fetch",
  "vitest",
  "pg",
]
const NO_FRAGMENT = { shortest: 1_500, longest: 60_000 }

let known: InventedText | undefined

export function inventedText(): InventedText {
  known ??= { files: CODE.flatMap(readFiles), sentences: [...new Set(PROSE.flatMap(readSentences))] }
  return known
}

function readFiles(folder: string): SourceFile[] {
  const base = join(root, "node_modules", folder)
  return readdirSync(base, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(js|d\.ts)$/.test(name))
    .sort()
    .map((name) => ({
      path: `src/${folder.split("/")[0]}/${name}`,
      text: readFileSync(join(base, name), "utf8"),
    }))
    .filter(({ text }) => text.length >= NO_FRAGMENT.shortest && text.length <= NO_FRAGMENT.longest)
    .map(({ path, text }) => ({ path, lines: text.split("\n") }))
}

function readSentences(name: string): string[] {
  const folder = join(root, "node_modules", name)
  // Comments are where packages explain themselves.
  const sources = [
    ...readdirSync(folder).filter((file) => /^(readme|changelog)\.md$/i.test(file)),
    ...readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => /\.d\.ts$/.test(file)),
  ].sort()
  return sources
    .flatMap((file) => readFileSync(join(folder, file), "utf8").split(/\n\s*\*?\s*\n|\*\//))
    .flatMap(
      (paragraph) =>
        paragraph.replace(/\s*\n\s*[*/]*\s*/g, " ").match(/[A-Z`][^.!?|<>]{40,280}[.!?](?= |$)/g) ?? [],
    )
}
