import { mkdir, readFile, rename, writeFile } from "node:fs/promises"
import { dirname } from "node:path"
import { createTwoFilesPatch } from "diff"
import { onOneLine } from "../../client/printed.ts"
import { requireConsent } from "../asking.ts"
import { CliError } from "../exit.ts"
import type { Terminal } from "../terminal.ts"

/** A file as it is to be. */
export interface PlannedWrite {
  path: string
  content: string
  /** Undefined: it is not there yet. */
  before: string | undefined
  /** Holds secrets, and is for its owner's eyes. */
  isPrivate?: boolean
  /** Shown as this instead of as a diff: another program's code. */
  summary?: string
}

/** What a file holds by now. */
export async function contentOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8")
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined
    throw new CliError(`${path} cannot be read: ${(error as Error).message}.`, { cause: error })
  }
}

/**
 * Shows what will be otherwise, asks, and writes.
 * @param isSure said on the command line
 * @returns the paths that were written
 */
export async function writePlanned(
  terminal: Terminal,
  planned: readonly PlannedWrite[],
  isSure: boolean | undefined,
): Promise<string[]> {
  const writes = planned.filter(({ content, before }) => content !== before)
  for (const write of writes) terminal.stderr(`${shown(write, terminal)}\n`)
  if (writes.length === 0) return []
  await requireConsent(terminal, { message: `Write ${writes.map(({ path }) => path).join(", ")}?`, isSure })
  for (const { path, content, isPrivate } of writes) {
    await mkdir(dirname(path), { recursive: true })
    const part = `${path}.part`
    await writeFile(part, content, { mode: isPrivate ? 0o600 : 0o644 })
    await rename(part, path)
  }
  return writes.map(({ path }) => path)
}

function shown({ path, before, content, summary }: PlannedWrite, { colors }: Terminal): string {
  if (summary !== undefined) return `${path}: ${summary}`
  const patch = createTwoFilesPatch(path, path, before ?? "", content, "", "", { context: 2 })
  return patch
    .split("\n")
    .slice(1)
    .map(onOneLineKeepingIndent)
    .map((line) =>
      line.startsWith("+") ? colors.green(line) : line.startsWith("-") ? colors.red(line) : line,
    )
    .join("\n")
}

function onOneLineKeepingIndent(line: string): string {
  const [indent = ""] = /^[+\- ]?\s*/.exec(line) ?? []
  return indent + onOneLine(line.slice(indent.length))
}
