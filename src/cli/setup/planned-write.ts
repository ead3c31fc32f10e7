import { randomUUID } from "node:crypto"
import { mkdir, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises"
import { dirname } from "node:path"
import { createTwoFilesPatch } from "diff"
import { steady } from "../../client/printed.ts"
import { requireConsent } from "../asking.ts"
import { CliError } from "../exit.ts"
import type { Terminal } from "../terminal.ts"
import { withoutSecrets } from "./without-secrets.ts"

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
  await requireConsent(terminal, {
    message: `Write ${writes.map(({ path }) => path).join(", ")}?`,
    isSure,
  })
  for (const write of writes) await writeOne(write)
  return writes.map(({ path }) => path)
}

/** Whole or not at all, and what a link leads to in the place of the link. */
async function writeOne({ path, content, isPrivate }: PlannedWrite): Promise<void> {
  let part: string | undefined
  try {
    await mkdir(dirname(path), { recursive: true })
    const target = await realpath(path).catch(() => path)
    const known = await stat(target).catch(() => undefined)
    const usual = known ? known.mode & 0o777 : 0o644
    part = `${target}.${randomUUID().slice(0, 8)}.part`
    await writeFile(part, content, { mode: isPrivate ? usual & 0o600 : usual, flag: "wx" })
    await rename(part, target)
  } catch (error) {
    if (part !== undefined) await rm(part, { force: true }).catch(() => {})
    throw new CliError(`${path} cannot be written: ${(error as Error).message}.`, { cause: error })
  }
}

function shown({ path, before, content, summary }: PlannedWrite, { colors }: Terminal): string {
  if (summary !== undefined) return `${path}: ${summary}`
  const patch = createTwoFilesPatch(path, path, before ?? "", content, "", "", { context: 2 })
  return patch
    .split("\n")
    .slice(1)
    .map((line) => withoutSecrets(steady(line)))
    .map((line) =>
      line.startsWith("+") ? colors.green(line) : line.startsWith("-") ? colors.red(line) : line,
    )
    .join("\n")
}
