#!/usr/bin/env node
// `better-share` in a checkout: builds when something is newer than the last build, then runs in this very process.
import { existsSync, readdirSync, statSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const SOURCES = ["src", "build", "package.json", "package-lock.json"]

function newest(path) {
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))))
}

const program = join(root, "dist/better-share.mjs")
// Folders count too: taking a file away changes its folder.
const stale =
  !existsSync(program) || SOURCES.some((path) => newest(join(root, path)) > statSync(program).mtimeMs)
if (stale) {
  const { buildAll } = await import("./build.mjs")
  await buildAll()
}
await import(program)
